import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData, type UseInfiniteQueryResult, type UseMutationResult, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { may, type Me } from "../../frame/me";

type Schemas = components["schemas"];
export type Contract = Schemas["ContractDetail"];
export type ContractRow = Schemas["ContractSummary"];
export type Allowed = Schemas["ContractAllowed"];
export type Terms = Schemas["ContractTerms"];
export type Version = Schemas["ContractVersionView"];
export type Attachment = Schemas["ContractAttachment"];
export type Side = "purchaser" | "agency";

export type View = "purchaser" | "agency" | "region";

export const sideWords: Record<Side, string> = { purchaser: "项目业主", agency: "中介机构" };

/** The lists of contracts that someone has, by whom he acts for. */
export function viewsOf(me: Me): { value: View; words: string; empty: string }[] {
  if (!may(me, "contract:read")) return [];
  const kinds = me.roles.map((r) => r.organisation?.kind);
  return [
    { value: "purchaser" as const, words: "我采购的", empty: "还没有合同。中选通知书发出后，在采购页点“起草合同”。", has: kinds.some((k) => k !== undefined && k !== "agency" && k !== "expert") },
    { value: "agency" as const, words: "我承接的", empty: "还没有合同。中选后，在采购页点“起草合同”，或者等项目业主起草。", has: kinds.includes("agency") },
    { value: "region" as const, words: "辖区内的合同", empty: "辖区内还没有合同。", has: kinds.includes(undefined) },
  ].filter((v) => v.has);
}

export function useContracts(view: View, awaited: boolean): UseInfiniteQueryResult<InfiniteData<Schemas["ContractSummaryPage"]>> {
  return useInfiniteQuery({
    queryKey: ["contracts", "list", view, awaited],
    staleTime: 15_000,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read(api.GET("/api/v1/contracts", { params: { query: { view, limit: 20, ...(awaited ? { awaited } : {}), ...(pageParam === "" ? {} : { cursor: pageParam }) } }, signal })),
    getNextPageParam: (last) => last.nextCursor,
  });
}

export function useContract(id: string): UseQueryResult<Contract> {
  return useQuery({ queryKey: ["contracts", "one", id], staleTime: 5_000, queryFn: ({ signal }) => read(api.GET("/api/v1/contracts/{id}", { params: { path: { id } }, signal })) });
}

/** Does something to a contract; all that is known of contracts is then read anew. */
export function useStep<V, R>(run: (v: V) => Promise<R>, after?: (r: R) => void): UseMutationResult<R, Error, V> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async (r) => {
      after?.(r);
      await Promise.all([client.invalidateQueries({ queryKey: ["contracts"] }), client.invalidateQueries({ queryKey: ["procurements"] })]);
    },
  });
}

/** The first of the allowed that is one of these; of a subject, where one is named. */
export function mayDo(c: Pick<Contract, "allowedActions">, action: string, subject?: string): Allowed | undefined {
  return c.allowedActions.find((a) => a.action === action && (subject === undefined || a.subjectId === subject));
}

/** Where on the page an action is done. */
const places: readonly (readonly [string, readonly string[]])[] = [
  ["terms", ["edit", "confirm", "file", "amend", "amended", "decline-amendment", "withdraw-amendment"]],
  ["clock", ["propose-stop", "confirm-stop", "decline-stop", "withdraw-stop", "propose-resume", "confirm-resume", "decline-resume"]],
  ["results", ["deliver", "accept", "request-revision", "complete", "record-first-pass"]],
  ["money", ["pay", "confirm-payment", "dispute-payment", "void-payment"]],
  ["ending", ["propose-termination", "give-notice", "decline-termination", "withdraw-termination", "dispute-termination", "terminate"]],
];

export function placeOf(action: string): string {
  return places.find(([, actions]) => actions.includes(action))?.[0] ?? "now";
}

/** What waits, each place once: confirming and declining the same thing is one matter. */
export function waits(awaiting: readonly Allowed[]): Allowed[] {
  const seen = new Set<string>();
  return awaiting.filter((a) => {
    const key = `${placeOf(a.action)} ${a.subjectId ?? ""} ${a.version ?? ""} ${a.milestone ?? ""}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const words: Readonly<Record<string, string>> = {
  confirm: "确认合同",
  file: "备案合同",
  amended: "答复对方提出的变更",
  "confirm-stop": "答复停计",
  "confirm-resume": "答复恢复计时的日期",
  deliver: "提交修改后的成果",
  accept: "验收成果",
  "confirm-payment": "确认收款",
  "void-payment": "核对机构有异议的付款",
  terminate: "答复终止",
  "dispute-termination": "答复终止",
  "decline-termination": "答复终止",
  "record-first-pass": "登记审批部门首次审查的结果",
};

/** What waits, as someone says it who has it to do. */
export function todo(a: Pick<Allowed, "action" | "label">): string {
  return words[a.action] ?? a.label;
}

/** How the sums of terms differ from the price: 0 when they make it up. */
export function unassigned(t: Pick<Terms, "priceFen" | "advanceFen" | "milestones">): number {
  return t.priceFen - t.advanceFen - t.milestones.reduce((sum, m) => sum + m.payFen, 0);
}

/**
 * Interest on a sum paid so many days late, at millionths a day, rounded once, half a fen up:
 * as the server works it out (internal/contract, interest.go). BigInt, since the product
 * passes 2⁵³.
 */
export function lateInterest(fen: number, days: number, ratePPM: number): number {
  if (fen <= 0 || days <= 0) return 0;
  return Number((BigInt(fen) * BigInt(days) * BigInt(ratePPM) + 500_000n) / 1_000_000n);
}

/** Days from one date to another: 2026-01-31 to 2026-02-01 is 1. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** What of two versions of terms is not the same, in words. */
export function changes(before: Terms, after: Terms, yuan: (fen: number) => string): { what: string; was: string; is: string }[] {
  const out: { what: string; was: string; is: string }[] = [];
  const add = (what: string, was: string, is: string): void => {
    if (was !== is) out.push({ what, was, is });
  };
  add("合同价", `${yuan(before.priceFen)} 元`, `${yuan(after.priceFen)} 元`);
  add("承诺时限", `${before.days} 个工作日`, `${after.days} 个工作日`);
  add("预付", `${yuan(before.advanceFen)} 元`, `${yuan(after.advanceFen)} 元`);
  add("付款期限", `交付后 ${before.payDays} 日`, `交付后 ${after.payDays} 日`);
  const line = (m: Terms["milestones"][number]): string => `${m.name}：第 ${m.days} 个工作日以前，付 ${yuan(m.payFen)} 元`;
  for (let i = 0; i < Math.max(before.milestones.length, after.milestones.length); i++) {
    const was = before.milestones[i];
    const is = after.milestones[i];
    add(`里程碑 ${i + 1}`, was === undefined ? "没有" : line(was), is === undefined ? "没有" : line(is));
  }
  add("交付方式", before.delivery, after.delivery);
  add("另外约定的条款", before.clauses ?? "没有", after.clauses ?? "没有");
  return out;
}
