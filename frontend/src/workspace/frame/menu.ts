import { may, mayPrepare, mayReview, type Me } from "./me";

export interface Entry {
  to: string;
  words: string;
  /** Which count stands beside it. */
  count?: "waiting" | "unread";
}

/** The menu shows what this person's permissions lead to; the server decides. */
export function menuOf(me: Me): Entry[] {
  const entries: (Entry | false)[] = [
    { to: "/", words: "今天", count: "waiting" },
    (mayPrepare(me) || mayReview(me) || may(me, "submission:read") || may(me, "submission:read-own")) && {
      to: "/submissions",
      words: mayReview(me) || may(me, "submission:read") ? "申请与审核" : "我的申请",
    },
    ["procurement:run", "bid:submit", "panel:score", "procurement:operate", "commitment:give"].some((p) => may(me, p)) && { to: "/procurements", words: "采购" },
    may(me, "contract:read") && { to: "/contracts", words: "合同" },
    ["credit-record:read", "credit-record:answer"].some((p) => may(me, p)) && { to: "/credit-records", words: "信用" },
    mayPrepare(me) && { to: "/new", words: "新建申请" },
    may(me, "message:read-own") && { to: "/messages", words: "消息", count: "unread" },
    may(me, "delivery:prepare") && { to: "/deliveries", words: "数据归集" },
    may(me, "workload:read") && { to: "/workload", words: "审核工作量" },
    may(me, "account:read") && { to: "/accounts", words: "账号与授权" },
    may(me, "audit:read") && { to: "/audit", words: "审计日志" },
    // An expert acts alone: there is nobody to delegate to.
    may(me, "organisation:read-own") && me.roles.some((r) => r.organisation !== undefined && r.organisation.kind !== "expert") && { to: "/members", words: "单位人员" },
    { to: "/account", words: "我的账号" },
  ];
  return entries.filter((e) => e !== false);
}

/** What anyone may look at. */
export const openScreens: readonly Entry[] = [
  { to: "/catalogue-check", words: "事项清单体检" },
  { to: "/fee-standards", words: "收费标准" },
];
