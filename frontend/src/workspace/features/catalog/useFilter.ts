import { useState } from "react";
import { useLocation } from "react-router";
import { readFilter, writeFilter, type Filter } from "./filter";

interface FilterInForce {
  filter: Filter;
  /** What the address asked for that means nothing. */
  ignored: string[];
  change: (next: Filter) => void;
}

/**
 * The filter, which the address carries so that it can be shared and come back.
 * A change shows at once and the address follows: were the address to lead, two keys
 * pressed quickly in a drop-down would lose one. Links and the back button lead it.
 */
export function useFilter(): FilterInForce {
  const { key, search } = useLocation();
  const [state, setState] = useState(() => ({ at: key, ...readFilter(new URLSearchParams(search)) }));
  let current = state;
  if (state.at !== key) {
    current = { at: key, ...readFilter(new URLSearchParams(search)) };
    setState(current);
  }
  return {
    filter: current.filter,
    ignored: current.ignored,
    change: (next) => {
      setState({ at: key, filter: next, ignored: [] });
      window.history.replaceState(window.history.state, "", window.location.pathname + writeFilter(next));
    },
  };
}
