import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { api, done } from "../../shared/api/client";

/** Ends the session. What was read with it leaves this page's memory too. */
export function useSignOut(): UseMutationResult<void, Error, void> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/session")),
    onSuccess: () => {
      client.clear();
      window.location.assign("/workspace/login");
    },
  });
}
