import { useMutation, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import { detailKey, type Action, type Detail, type Reason } from "./submissions";

export interface Step {
  action: Action;
  version: number;
  note?: string;
  reasons?: Reason[];
}

/** Takes a step; lists, counts and figures are then read anew. */
export function useAct(id: string): UseMutationResult<Detail, Error, Step> {
  const keep = useKeep(id);
  return useMutation({
    mutationFn: (body: Step) => read(api.POST("/api/v1/submissions/{id}/actions", { params: { path: { id } }, body })),
    onSuccess: keep,
  });
}

/** Keeps a detail the server has just given, and forgets what it made old. */
export function useKeep(id: string): (d: Detail) => Promise<void> {
  const client = useQueryClient();
  return async (d) => {
    client.setQueryData(detailKey(id), d);
    await Promise.all([
      client.invalidateQueries({ queryKey: ["submissions", "list"] }),
      client.invalidateQueries({ queryKey: ["submissions", "count"] }),
      client.invalidateQueries({ queryKey: ["workload"] }),
    ]);
  };
}
