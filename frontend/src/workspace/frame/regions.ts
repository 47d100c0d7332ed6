import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../shared/api/client";
import type { components } from "../../shared/api/schema";

export type Region = components["schemas"]["Region"];

/** The regions hardly ever change. */
export function useRegions(): UseQueryResult<Region[]> {
  return useQuery({
    queryKey: ["regions"],
    staleTime: Infinity,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/regions", { signal }))).items,
  });
}

/** The tree as lines to choose from, each as deep as it lies. */
export function regionLines(all: readonly Region[]): { code: string; words: string }[] {
  const known = new Set(all.map((r) => r.code));
  const below = (parent: string | undefined, depth: number): { code: string; words: string }[] =>
    all
      .filter((r) => (parent === undefined ? r.parent === undefined || !known.has(r.parent) : r.parent === parent))
      .flatMap((r) => [{ code: r.code, words: "\u3000".repeat(depth) + r.name }, ...below(r.code, depth + 1)]);
  return below(undefined, 0);
}
