import { useInfiniteQuery, useQuery, type InfiniteData, type UseInfiniteQueryResult, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Summary = components["schemas"]["ReviewSummary"];
export type Detail = components["schemas"]["ReviewDetail"];
export type Kind = components["schemas"]["KindInfo"];
export type Page = components["schemas"]["ReviewSummaryPage"];
export type Reason = components["schemas"]["ReviewReason"];
export type Action = "submit" | "withdraw" | "discard" | "accept" | "return" | "reject";

export type View = "mine" | "queue" | "all";

export interface Filter {
  view: View;
  kind: string;
  state: string;
  q: string;
}

export const states: readonly { value: Summary["state"]; words: string }[] = [
  { value: "draft", words: "草稿" },
  { value: "submitted", words: "待审核" },
  { value: "returned", words: "退回修改" },
  { value: "accepted", words: "公示中" },
  { value: "published", words: "已发布" },
  { value: "rejected", words: "不予通过" },
  { value: "withdrawn", words: "已撤销" },
];

export const stateTone: Record<Summary["state"], "default" | "processing" | "error" | "warning" | "success"> = {
  draft: "default",
  submitted: "processing",
  returned: "error",
  accepted: "warning",
  published: "success",
  rejected: "default",
  withdrawn: "default",
};

const step = 20;

/** A list, page after page. A queue is asked for again soon: colleagues work on it too. */
export function useSubmissions(filter: Filter): UseInfiniteQueryResult<InfiniteData<Page>> {
  return useInfiniteQuery({
    queryKey: ["submissions", "list", filter],
    staleTime: 15_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const { view, kind, state, q } = filter;
      const query = {
        view,
        limit: step,
        ...(kind === "" ? {} : { kind }),
        ...(state === "" ? {} : { state }),
        ...(q === "" ? {} : { q }),
        ...(pageParam === "" ? {} : { cursor: pageParam }),
      };
      return read(api.GET("/api/v1/submissions", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function detailKey(id: string): readonly unknown[] {
  return ["submissions", "one", id];
}

export function getDetail(id: string, signal?: AbortSignal): Promise<Detail> {
  return read(api.GET("/api/v1/submissions/{id}", { params: { path: { id } }, ...(signal === undefined ? {} : { signal }) }));
}

export function useDetail(id: string): UseQueryResult<Detail> {
  return useQuery({ queryKey: detailKey(id), staleTime: 15_000, queryFn: ({ signal }) => getDetail(id, signal) });
}

/** The kinds someone may prepare or read, each with its form. */
export function useKinds(): UseQueryResult<Kind[]> {
  return useQuery({
    queryKey: ["submission-kinds"],
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/submission-kinds", { signal }))).items,
  });
}
