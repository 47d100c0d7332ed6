import { useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

type Schemas = components["schemas"];
export type Board = Schemas["ContractEvaluationBoard"];
export type Said = Schemas["ContractEvaluationView"];
export type Dimension = Schemas["ContractDimension"];
export type Opinion = Schemas["ContractOpinion"];
export type AppealMatter = Schemas["ContractAppealMatter"];

/** Fewer stars than that need their reason (domain.md section 8). */
export const lowBelow = 3;

/** "" asks nothing. */
export function useBoard(id: string): UseQueryResult<Board> {
  return useQuery({ enabled: id !== "", queryKey: ["contracts", "evaluations", id], staleTime: 5_000, queryFn: ({ signal }) => read(api.GET("/api/v1/contracts/{id}/evaluations", { params: { path: { id } }, signal })) });
}

export function useMyEvaluations(view: "purchaser" | "agency", which: "due" | "given" | "got"): UseInfiniteQueryResult<InfiniteData<Schemas["ContractMyEvaluationPage"]>> {
  return useInfiniteQuery({
    queryKey: ["contracts", "my-evaluations", view, which],
    staleTime: 15_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => read(api.GET("/api/v1/my/evaluations", { params: { query: { view, which, limit: 20, ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function useAppeals(): UseQueryResult<Schemas["ContractAppealMatterPage"]> {
  return useQuery({ queryKey: ["contracts", "appeals"], staleTime: 15_000, queryFn: ({ signal }) => read(api.GET("/api/v1/evaluation-appeals", { params: { query: { limit: 50 } }, signal })) });
}

/** What is still to be done before an opinion can be sent, by field; empty when nothing is. */
export function missing(dimensions: readonly Dimension[], stars: Readonly<Record<string, number>>, reasons: Readonly<Record<string, string>>, least: number): string[] {
  const out: string[] = [];
  for (const d of dimensions) {
    const n = stars[d.key];
    if (n === undefined) out.push(`给“${d.label}”打分`);
    else if (n < lowBelow && Array.from((reasons[d.key] ?? "").trim()).length < least) out.push(`写“${d.label}”低于 ${lowBelow} 星的理由（${least} 个字以上）`);
  }
  return out;
}

/** The weighted mean in two decimals, of whole hundredths as the server has it; undefined while a star is missing. */
export function meanOf(dimensions: readonly Dimension[], stars: Readonly<Record<string, number>>): string | undefined {
  let sum = 0;
  for (const d of dimensions) {
    const n = stars[d.key];
    if (n === undefined) return undefined;
    sum += d.weight * n;
  }
  return (sum / 100).toFixed(2);
}
