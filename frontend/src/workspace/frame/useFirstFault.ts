import { useEffect, useRef, type RefObject } from "react";

/** After a refusal, the focus goes to the first control it speaks of. */
export function useFirstFault(fault: unknown): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (fault !== null && fault !== undefined) form.current?.querySelector<HTMLElement>(".faulty :is(input, select, textarea)")?.focus();
  }, [fault]);
  return form;
}
