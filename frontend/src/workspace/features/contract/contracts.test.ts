import { describe, expect, it } from "vitest";
import { changes, daysBetween, lateInterest, placeOf, unassigned, viewsOf, waits, type Terms } from "./contracts";

const terms: Terms = { priceFen: 800_000, days: 20, advanceFen: 100_000, payDays: 30, delivery: "送到办公地址", milestones: [{ name: "初稿", days: 10, payFen: 300_000 }, { name: "报告", days: 20, payFen: 400_000 }] };

describe("lateInterest", () => {
  it("agrees with the server's own cases", () => {
    expect(lateInterest(1_000_000, 10, 500)).toBe(5_000);
    expect(lateInterest(1000, 1, 500)).toBe(1); // half a fen goes up
    expect(lateInterest(999, 1, 500)).toBe(0);
    expect(lateInterest(999, 3, 500)).toBe(1); // 1.4985, rounded once
    expect(lateInterest(0, 3, 500)).toBe(0);
    expect(lateInterest(1000, -1, 500)).toBe(0);
  });
  it("stays exact beyond what a float can hold", () => {
    expect(lateInterest(9_007_199_254_740_991, 1, 1_000_000)).toBe(9_007_199_254_740_991);
  });
});

describe("daysBetween", () => {
  it("counts days over months and leap years", () => {
    expect(daysBetween("2026-01-31", "2026-02-01")).toBe(1);
    expect(daysBetween("2028-02-28", "2028-03-01")).toBe(2);
    expect(daysBetween("2026-03-01", "2026-02-28")).toBe(-1);
  });
});

describe("terms", () => {
  it("knows what the sums leave over", () => {
    expect(unassigned(terms)).toBe(0);
    expect(unassigned({ ...terms, advanceFen: 0 })).toBe(100_000);
  });
  it("names each difference and nothing else", () => {
    const yuan = (fen: number): string => String(fen / 100);
    expect(changes(terms, terms, yuan)).toEqual([]);
    expect(changes(terms, { ...terms, days: 25, milestones: [...terms.milestones.slice(0, 1), { name: "报告", days: 25, payFen: 400_000 }] }, yuan)).toEqual([
      { what: "承诺时限", was: "20 个工作日", is: "25 个工作日" },
      { what: "里程碑 2", was: "报告：第 20 个工作日以前，付 4000 元", is: "报告：第 25 个工作日以前，付 4000 元" },
    ]);
  });
});

describe("waits", () => {
  it("says one thing once: confirming and declining a stop is one matter", () => {
    const a = (action: string, subjectId: string) => ({ action, subjectId, label: action, awaited: true });
    expect(waits([a("confirm-stop", "1"), a("decline-stop", "1"), a("confirm-stop", "2")]).map((w) => w.subjectId)).toEqual(["1", "2"]);
  });
  it("leads each action to where it is done", () => {
    expect(placeOf("confirm-payment")).toBe("money");
    expect(placeOf("what-came-later")).toBe("now");
  });
});

describe("viewsOf", () => {
  const me = (permissions: string[], kinds: (string | undefined)[]) =>
    ({ permissions, roles: kinds.map((kind) => (kind === undefined ? {} : { organisation: { kind } })) }) as unknown as Parameters<typeof viewsOf>[0];
  it("shows the sides someone is on", () => {
    expect(viewsOf(me(["contract:read"], ["agency"])).map((v) => v.value)).toEqual(["agency"]);
    expect(viewsOf(me(["contract:read"], ["enterprise", undefined])).map((v) => v.value)).toEqual(["purchaser", "region"]);
    expect(viewsOf(me([], ["agency"]))).toEqual([]);
  });
});
