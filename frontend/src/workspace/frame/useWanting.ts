import { useRef, useState, type RefObject } from "react";
import { flushSync } from "react-dom";
import type { Faults } from "./faults";

/**
 * What a form still wants, by field. The button never goes grey without a word: pressed too
 * early, it says beside each field what is missing and leads to the first.
 */
export function useWanting<E extends HTMLElement>(wanted: Readonly<Record<string, string | false>>): { box: RefObject<E | null>; wanting: Faults; complete: () => boolean } {
  const box = useRef<E>(null);
  const [asked, setAsked] = useState(false);
  const missing = Object.fromEntries(Object.entries(wanted).filter((e): e is [string, string] => e[1] !== false));
  const complete = (): boolean => {
    if (Object.keys(missing).length === 0) return true;
    flushSync(() => { setAsked(true); });
    box.current?.querySelector<HTMLElement>(".faulty :is(input, select, textarea), [aria-invalid]")?.focus();
    return false;
  };
  return { box, wanting: asked ? missing : {}, complete };
}
