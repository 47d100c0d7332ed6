import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Line = components["schemas"]["Line"];
type Page = components["schemas"]["LinePage"];

export interface LogFilter {
  q: string;
  outcome: "" | Line["outcome"];
  region: string;
  from: string;
  to: string;
  subjectKind: string;
  subjectId: string;
  person: string;
  action: string;
}

export const noFilter: LogFilter = { q: "", outcome: "", region: "", from: "", to: "", subjectKind: "", subjectId: "", person: "", action: "" };

/** The parts of a filter that ask for something. */
export function asked(filter: LogFilter): Partial<Record<keyof LogFilter, string>> {
  return Object.fromEntries(Object.entries(filter).filter(([, v]) => v !== ""));
}

/** Each look at the log is itself kept: it is asked for once, not on every return to the window. */
export function useLog(filter: LogFilter): UseInfiniteQueryResult<InfiniteData<Page>> {
  return useInfiniteQuery({
    queryKey: ["audit-log", filter],
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/api/v1/audit-log", {
          params: { query: { ...(asked(filter) as object), limit: 50, ...(pageParam === "" ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function csvAddress(filter: LogFilter): string {
  return `/api/v1/audit-log.csv?${new URLSearchParams(asked(filter)).toString()}`;
}

export interface FieldChange {
  field: string;
  before: string;
  after: string;
}

/** The change as the log keeps it, field → [before, after], in words. */
export function changesOf(change: unknown): FieldChange[] {
  if (typeof change !== "object" || change === null || Array.isArray(change)) return [];
  return Object.entries(change).map(([field, pair]) => {
    const [before, after] = Array.isArray(pair) ? (pair as unknown[]) : [undefined, pair];
    return { field, before: words(before), after: words(after) };
  });
}

function words(v: unknown): string {
  if (v === null || v === undefined || v === "") return "（无）";
  return typeof v === "string" ? v : JSON.stringify(v);
}
