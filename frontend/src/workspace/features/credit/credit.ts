import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { may, type Me } from "../../frame/me";

type Schemas = components["schemas"];
export type Row = Schemas["RecordSummary"];
export type Detail = Schemas["RecordDetail"];
export type Entry = Schemas["CreditEntry"];
export type WhatIf = Schemas["WhatIf"];
export type Rating = Schemas["Rating"];

export type View = "queue" | "all" | "ours";

/** The lists someone has, by what he may do. */
export function viewsOf(me: Me): { value: View; words: string; empty: string }[] {
  const official = may(me, "credit-record:read");
  return [
    { value: "queue" as const, words: "待我办理", empty: official ? "没有等您核对或者认定的记录。" : "没有等您申辩的记录。", has: may(me, "credit-record:propose") || may(me, "credit-record:answer") },
    { value: "ours" as const, words: "关于本机构的", empty: "没有关于本机构的信用记录。", has: may(me, "credit-record:answer") },
    { value: "all" as const, words: "管辖范围内的", empty: "管辖范围内还没有信用记录。", has: official },
  ].filter((v) => v.has);
}

export function usesCredit(me: Me): boolean {
  return viewsOf(me).length > 0;
}

/** The agencies that someone acts for, by their codes. */
export function ownCodes(me: Me): { name: string; uscc: string }[] {
  const seen = new Map<string, { name: string; uscc: string }>();
  for (const r of me.roles) {
    const o = r.organisation;
    if (o?.kind === "agency" && o.uscc !== undefined && o.uscc !== "") seen.set(o.id, { name: o.name, uscc: o.uscc });
  }
  return [...seen.values()];
}

/** −6.5 from −65 tenths; an honour with its plus. */
export function pointsWords(tenths: number): string {
  const sign = tenths > 0 ? "+" : tenths < 0 ? "−" : "";
  return `${sign}${(Math.abs(tenths) / 10).toFixed(1)}`;
}

/** What one record of an entry may give, the mildest first. */
export function rangeWords(e: Pick<Entry, "mildTenths" | "harshTenths">): string {
  return e.mildTenths === e.harshTenths ? `${pointsWords(e.mildTenths)} 分` : `${pointsWords(e.mildTenths)} 至 ${pointsWords(e.harshTenths)} 分`;
}

/** Tenths with their sign from points as a person writes them, without one: 6 or 6.5.
 *  undefined outside the range, or with more than one decimal. */
export function tenthsIn(text: string, e: Pick<Entry, "mildTenths" | "harshTenths">): number | undefined {
  const parts = /^(\d{1,2})(?:\.(\d))?$/.exec(text.trim());
  if (parts?.[1] === undefined) return undefined;
  const sign = e.mildTenths < 0 ? -1 : 1;
  const n = sign * Number(parts[1] + (parts[2] ?? "0"));
  return n >= Math.min(e.mildTenths, e.harshTenths) && n <= Math.max(e.mildTenths, e.harshTenths) ? n : undefined;
}

/** How grades would move, in words; those that stay are counted together. */
export function movesWords(w: Pick<WhatIf, "matrix" | "moved" | "agencies">): string {
  if (w.agencies === 0) return "这个条目还没有计分的记录，等级都不会变动。";
  if (w.moved === 0) return `涉及 ${w.agencies} 家机构，等级都不变。`;
  const moves = w.matrix.filter((m) => m.from !== m.to).map((m) => `${m.from} → ${m.to} ${m.count} 家`);
  return `涉及 ${w.agencies} 家机构，${w.moved} 家等级变动：${moves.join("，")}。`;
}

export const stateTone: Record<Row["state"], "default" | "processing" | "error" | "warning" | "success"> = {
  proposed: "warning",
  notified: "processing",
  defended: "processing",
  confirmed: "error",
  withdrawn: "default",
  published: "error",
  expired: "default",
  repaired: "success",
  overturned: "success",
};

/** An honour is no fault. */
export function toneOf(r: Pick<Row, "state" | "level">): (typeof stateTone)[Row["state"]] {
  return r.level === "honour" && r.state === "published" ? "success" : stateTone[r.state];
}

export const states: readonly { value: Exclude<Row["state"], "confirmed">; words: string }[] = [
  { value: "proposed", words: "已提出" },
  { value: "notified", words: "已告知，待申辩" },
  { value: "defended", words: "已申辩" },
  { value: "published", words: "已公布，计分中" },
  { value: "expired", words: "已期满" },
  { value: "repaired", words: "已修复" },
  { value: "overturned", words: "已撤销" },
  { value: "withdrawn", words: "不予认定" },
];

export function useRecords(view: View, state: string): UseInfiniteQueryResult<InfiniteData<Schemas["RecordSummaryPage"]>> {
  return useInfiniteQuery({
    queryKey: ["credit", "records", view, state],
    staleTime: 15_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const known = states.find((s) => s.value === state);
      const query = { view, limit: 20, ...(known === undefined ? {} : { state: known.value }), ...(pageParam === "" ? {} : { cursor: pageParam }) };
      return read(api.GET("/api/v1/credit-records", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function useRecord(id: string): UseQueryResult<Detail> {
  return useQuery({ queryKey: ["credit", "record", id], staleTime: 5_000, queryFn: ({ signal }) => read(api.GET("/api/v1/credit-records/{id}", { params: { path: { id } }, signal })) });
}

export function useRubric(): UseQueryResult<Entry[]> {
  return useQuery({ queryKey: ["credit", "rubric"], staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/credit-rubric", { params: { query: { all: true } }, signal })).then((p) => p.items) });
}

export function useRating(uscc: string): UseQueryResult<Rating> {
  return useQuery({ queryKey: ["credit", "rating", uscc], staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/agencies/{id}/credit", { params: { path: { id: uscc } }, signal })) });
}

/** Does something to a record; all that is known of credit is then read anew. */
export function useStep<V, R>(run: (v: V) => Promise<R>, after?: (r: R) => void): UseMutationResult<R, Error, V> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async (r) => {
      after?.(r);
      await client.invalidateQueries({ queryKey: ["credit"] });
    },
  });
}

/** Begins a submission about something of credit, and says which. */
export function begin(kind: string, subjectId?: string): Promise<string> {
  return read(api.POST("/api/v1/submissions", { body: { kind, ...(subjectId === undefined ? {} : { subjectId }) } })).then((d) => d.id);
}
