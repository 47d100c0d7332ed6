import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../shared/api/client";
import type { components } from "../../shared/api/schema";

export type Me = components["schemas"]["Me"];

/** Who is signed in; also for a visitor, who holds nothing. */
export function useMe(): UseQueryResult<Me> {
  return useQuery({ queryKey: ["me"], queryFn: ({ signal }) => read(api.GET("/api/v1/me", { signal })) });
}

/** What the page may offer. The server decides anew with every request. */
export function may(me: Me, permission: string): boolean {
  return me.permissions.includes(permission);
}

/** Papers that someone may prepare, of whatever kind. */
export function mayPrepare(me: Me): boolean {
  return me.permissions.some((p) => p.endsWith("-submission:prepare") || p === "agency-measure:propose");
}

/** Papers that someone may decide, of whatever kind. */
export function mayReview(me: Me): boolean {
  return me.permissions.some((p) => p.endsWith("-submission:review") || p === "agency-measure:confirm");
}

/** The first role in words: 运营审核 · 运城市. */
export function roleWords(me: Me): string {
  const first = me.roles[0];
  if (first === undefined) return "";
  const where = first.organisation?.name ?? first.regionName ?? "";
  const more = me.roles.length > 1 ? `，另有 ${me.roles.length - 1} 项` : "";
  return [first.label, where, first.sector].filter((w) => w !== undefined && w !== "").join(" · ") + more;
}
