import { useSyncExternalStore } from "react";

const minute = 60_000;

/** The present minute, for what counts down; every reader on the page turns together. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / minute) * minute);
}

function subscribe(changed: () => void): () => void {
  const timer = window.setInterval(changed, 10_000);
  return () => {
    window.clearInterval(timer);
  };
}
