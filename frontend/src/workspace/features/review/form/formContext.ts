import { createContext, useContext } from "react";
import type { components } from "../../../../shared/api/schema";

export type FileRef = components["schemas"]["FileRef"];

/** What the fields of one form share. */
export interface FormState {
  /** What is wrong, by path; what is being typed is left in peace. */
  faults: Readonly<Record<string, string>>;
  /** Why the reviewer sent a field back, by path. */
  reasons: Readonly<Record<string, string>>;
  files: ReadonlyMap<string, FileRef>;
  uploaded: (file: FileRef) => void;
  /** A field is being typed in, or has been left. */
  typing: (path: string, on: boolean) => void;
}

const none: FormState = { faults: {}, reasons: {}, files: new Map(), uploaded: () => undefined, typing: () => undefined };

export const FormContext = createContext<FormState>(none);

export function useFormState(): FormState {
  return useContext(FormContext);
}
