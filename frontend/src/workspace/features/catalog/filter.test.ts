import { describe, expect, it } from "vitest";
import { filterWords, matches, readFilter, valuesOf, writeFilter, type Filter } from "./filter";
import { anItem, withoutDays } from "./item.fixture";

const none: Filter = { q: "", sector: "", unverified: "", basis: "", payer: "", timeLimit: "" };

describe("filter and address", () => {
  it.each<Partial<Filter>>([
    {},
    { unverified: "legal_basis" },
    { q: "环评 a&b=c#d", basis: "none", sector: "住房城乡建设" },
    { payer: "either", timeLimit: "open" },
  ])("comes back from the address it was written to: %j", (part) => {
    const written = writeFilter(part);
    expect(readFilter(new URLSearchParams(written))).toEqual({ filter: { ...none, ...part }, ignored: [] });
  });

  it("writes no question mark for no filter", () => {
    expect(writeFilter(none)).toBe("");
  });

  it("leaves out and names what means nothing", () => {
    const { filter, ignored } = readFilter(new URLSearchParams("basis=strong&payer=toString&sector=水利&other=1"));
    expect(filter).toEqual({ ...none, sector: "水利" });
    expect(ignored).toEqual(["设定依据“strong”", "谁委托谁付费“toString”"]);
  });
});

describe("matching", () => {
  it.each<[string, Partial<Filter>, boolean]>([
    ["part of the name", { q: "影响报告" }, true],
    ["the code's beginning, in either case", { q: "zj00" }, true],
    ["the code's end", { q: "0049" }, false],
    ["its sector", { sector: "生态环境" }, true],
    ["another sector", { sector: "水利" }, false],
    ["an unverified field", { unverified: "fee_type" }, true],
    ["a verified field", { unverified: "name" }, false],
    ["its basis", { basis: "direct" }, true],
    ["its payer", { payer: "applicant" }, true],
    ["a limit in days", { timeLimit: "open" }, false],
    ["one of two conditions", { sector: "生态环境", basis: "none" }, false],
  ])("%s", (_, part, passes) => {
    expect(matches(anItem(), { ...none, ...part })).toBe(passes);
  });

  it("tells the approver, the applicant, and either apart", () => {
    const approver = anItem({ entrustingParties: ["approval_dept"] });
    const either = anItem({ entrustingParties: ["applicant", "approval_dept"] });
    expect(matches(approver, { ...none, payer: "approver" })).toBe(true);
    expect(matches(either, { ...none, payer: "approver" })).toBe(false);
    expect(matches(either, { ...none, payer: "either" })).toBe(true);
    expect(matches(either, { ...none, payer: "applicant" })).toBe(false);
  });

  it("finds a limit that is not a number of days", () => {
    expect(matches(withoutDays("随工期"), { ...none, timeLimit: "open" })).toBe(true);
  });

  it("leaves the skipped dimension out", () => {
    expect(matches(anItem(), { ...none, basis: "none", sector: "生态环境" }, "basis")).toBe(true);
  });
});

it("offers the sectors the catalogue has, the largest first", () => {
  const items = [anItem({ sector: "水利" }), anItem({ sector: "自然资源" }), anItem({ sector: "自然资源" })];
  expect(valuesOf("sector", items)).toEqual(["自然资源", "水利"]);
});

it("says the filter in words", () => {
  expect(filterWords({ ...none, unverified: "legal_basis", basis: "none" })).toEqual(["设定依据待核实", "设定依据：无"]);
});
