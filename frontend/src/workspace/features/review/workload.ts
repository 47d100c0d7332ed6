import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Workloads = components["schemas"]["Workloads"];

export function useWorkload(): UseQueryResult<Workloads> {
  return useQuery({ queryKey: ["workload"], queryFn: ({ signal }) => read(api.GET("/api/v1/workload", { signal })) });
}
