import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { may, type Me } from "../../frame/me";
import { yuanOf } from "../../../shared/format/amount";
import { date, dateTime, until } from "../../../shared/format/time";

type Schemas = components["schemas"];
export type Mine = Schemas["Mine"];
export type MyDetail = Schemas["MyDetail"];
export type Comparison = Schemas["Comparison"];
export type OpenedBid = Schemas["OpenedBid"];
export type Receipt = Schemas["SignedReceipt"];

export type View = "purchaser" | "open" | "bids" | "panel" | "operator" | "commit";

/** The lists someone has, by what he may do. */
export function viewsOf(me: Me): { value: View; words: string; empty: string }[] {
  return [
    { value: "purchaser" as const, words: "我的采购", empty: "还没有采购。从“发布采购”开始，审核通过后在这里看进展。", has: may(me, "procurement:run") },
    { value: "open" as const, words: "可以报名的", empty: "现在没有您的机构承接的事项在报名。有新的公告会发消息。", has: may(me, "bid:submit") },
    { value: "bids" as const, words: "参加过的", empty: "还没有开标的投标。开标之前，谁也看不到投标。", has: may(me, "bid:submit") },
    { value: "panel" as const, words: "评审", empty: "没有抽到您评审的项目。", has: may(me, "panel:score") },
    { value: "operator" as const, words: "辖区内的采购", empty: "辖区内还没有采购。", has: may(me, "procurement:operate") },
    { value: "commit" as const, words: "监督承诺", empty: "辖区内没有要监督对抽取作承诺的采购。", has: may(me, "commitment:give") },
  ].filter((v) => v.has);
}

export function usesProcurements(me: Me): boolean {
  return viewsOf(me).length > 0;
}

export function useMine(view: View, waiting = false): UseInfiniteQueryResult<InfiniteData<Schemas["MinePage"]>> {
  return useInfiniteQuery({
    queryKey: ["procurements", "mine", view, waiting],
    staleTime: 15_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read(api.GET("/api/v1/my/procurements", { params: { query: { view, limit: 20, ...(waiting ? { waiting } : {}), ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function useMy(id: string): UseQueryResult<MyDetail> {
  return useQuery({ queryKey: ["procurements", "one", id], staleTime: 5_000, queryFn: ({ signal }) => read(api.GET("/api/v1/my/procurements/{id}", { params: { path: { id } }, signal })) });
}

/** Does something to a procurement; all that is known of procurements is then read anew. */
export function useStep<V, R>(run: (v: V) => Promise<R>, after?: (r: R) => void): UseMutationResult<R, Error, V> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async (r) => {
      after?.(r);
      await client.invalidateQueries({ queryKey: ["procurements"] });
    },
  });
}

export function priceWords(p: Pick<Mine, "pricing" | "priceFen">): string {
  if (p.priceFen === undefined) return "由机构报价";
  return `${p.pricing === "fixed" ? "固定" : "最高"} ${yuanOf(p.priceFen)} 元`;
}

const recusals: Readonly<Record<string, string>> = {
  legal_representative: "法定代表人或负责人为同一人",
  address: "住所相同",
  phone: "电话相同",
  email: "电子邮箱相同",
  person: "由同一人办理",
  practitioner: "有同一名执业人员或业务授权人",
  upstream: "承接过同一项目的上下游服务",
  affiliation: "与审批机关有关联",
  declared: "公告写明回避",
};

/** What kind of recusal it is, in words. */
export function recusalWords(code: string): string {
  return recusals[code] ?? code;
}

/** The time that tells where a procurement stands: ahead where something is still to come, past where it is over. */
export function whenWords(p: Pick<Mine, "state" | "selectionAt" | "publicityUntil" | "publishedAt">): string {
  switch (p.state) {
    case "open":
    case "closed":
      return `选取时间 ${dateTime(p.selectionAt)}`;
    case "selecting":
      return `${dateTime(p.selectionAt)} 起选取`;
    case "publicity":
    case "suspended":
      return p.publicityUntil === undefined ? "" : p.state === "suspended" ? "公示中止，办完异议后恢复" : `公示至 ${until(p.publicityUntil)}`;
    case "awarded":
      return p.publicityUntil === undefined ? `${dateTime(p.selectionAt)} 选取` : `${until(p.publicityUntil)} 公示期满`;
    default: // withdrawn, failed, terminated: what was planned will not be
      return `${date(p.publishedAt)} 发布`;
  }
}

export function quoteWords(b: { quoteFen?: number; discountBp?: number }): string {
  if (b.quoteFen !== undefined) return `${yuanOf(b.quoteFen)} 元`;
  if (b.discountBp !== undefined) return `下浮 ${(b.discountBp / 100).toFixed(2)}%`;
  return "按固定价格";
}

/** 1,230 of 1/10000 from 12.3; undefined where it is no rate of at most two decimals. */
export function basisPoints(text: string): number | undefined {
  const parts = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(text.trim());
  return parts?.[1] === undefined ? undefined : Number(parts[1] + (parts[2] ?? "").padEnd(2, "0"));
}

/** Points × 10 from 85.5; undefined outside 0–100 or with more than one decimal. */
export function tenthsOf(text: string): number | undefined {
  const parts = /^(\d{1,3})(?:\.(\d))?$/.exec(text.trim());
  if (parts?.[1] === undefined) return undefined;
  const n = Number(parts[1] + (parts[2] ?? "0"));
  return n <= 1000 ? n : undefined;
}

export function hexOf(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Hands a text to the person as a file. */
export function saveFile(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
