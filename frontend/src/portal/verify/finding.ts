export type Status = "ok" | "wrong" | "unchecked";

/** One step of a verification, in the order a person would go through it. */
export interface Finding {
  step: string;
  status: Status;
  text: string;
}

/** Thrown where what it takes to check something was not given. */
export class Unchecked extends Error {}

/** Runs one step: the text of a success, or what is wrong. */
export function check(step: string, run: () => string): Finding {
  try {
    return { step, status: "ok", text: run() };
  } catch (e) {
    return { step, status: e instanceof Unchecked ? "unchecked" : "wrong", text: e instanceof Error ? e.message : String(e) };
  }
}
