import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { api, read, Refusal } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Welcome = components["schemas"]["Welcome"];

interface Password {
  login: string;
  password: string;
}

/**
 * Signs in. After failures the server wants a proof of work as well; it names captcha
 * among the faults, and the next attempt, or this one again, brings it.
 */
export function useSignIn(prove: () => Promise<string>, arrived: (w: Welcome) => void): UseMutationResult<Welcome, Error, Password> {
  return useMutation({
    mutationFn: async (given: Password) => {
      try {
        return await signIn(given);
      } catch (fault) {
        if (wantsProof(fault)) return await signIn({ ...given, captcha: await prove() });
        throw fault;
      }
    },
    onSuccess: arrived,
  });
}

function signIn(body: Password & { captcha?: string }): Promise<Welcome> {
  return read(api.POST("/api/v1/session", { body }));
}

/** Refused for want of a proof alone; a wrong password has its answer already. */
function wantsProof(fault: unknown): boolean {
  return fault instanceof Refusal && fault.status === 422 && fault.fields.some((f) => f.field === "captcha");
}

export function useSecondFactor(arrived: (w: Welcome) => void): UseMutationResult<Welcome, Error, { code?: string; recoveryCode?: string }> {
  return useMutation({
    mutationFn: (body: { code?: string; recoveryCode?: string }) => read(api.POST("/api/v1/session/second-factor", { body })),
    onSuccess: arrived,
  });
}
