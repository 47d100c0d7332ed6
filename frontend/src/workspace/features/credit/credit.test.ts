import { expect, it } from "vitest";
import type { Me } from "../../frame/me";
import { movesWords, ownCodes, pointsWords, rangeWords, tenthsIn, toneOf, viewsOf } from "./credit";

const general = { mildTenths: -60, harshTenths: -150 };
const honour = { mildTenths: 10, harshTenths: 50 };

it("writes points with their sign and one decimal", () => {
  expect(pointsWords(-65)).toBe("−6.5");
  expect(pointsWords(50)).toBe("+5.0");
  expect(pointsWords(0)).toBe("0.0");
  expect(rangeWords(general)).toBe("−6.0 至 −15.0 分");
  expect(rangeWords({ mildTenths: -30, harshTenths: -30 })).toBe("−3.0 分");
});

it("reads points without a sign, within the entry's range alone", () => {
  expect(tenthsIn("6", general)).toBe(-60);
  expect(tenthsIn(" 14.5 ", general)).toBe(-145);
  expect(tenthsIn("2.5", honour)).toBe(25);
  for (const bad of ["", "5.9", "15.1", "-6", "6.55", "六", "6."]) expect(tenthsIn(bad, general), bad).toBeUndefined();
});

it("says how grades would move", () => {
  const matrix = [
    { from: "A" as const, to: "B" as const, count: 3 },
    { from: "B" as const, to: "C" as const, count: 1 },
    { from: "A" as const, to: "A" as const, count: 9 },
  ];
  expect(movesWords({ matrix, moved: 4, agencies: 13 })).toBe("涉及 13 家机构，4 家等级变动：A → B 3 家，B → C 1 家。");
  expect(movesWords({ matrix: [], moved: 0, agencies: 0 })).toContain("没有计分的记录");
  expect(movesWords({ matrix: [{ from: "A", to: "A", count: 2 }], moved: 0, agencies: 2 })).toBe("涉及 2 家机构，等级都不变。");
});

it("offers an official and an agency their own lists", () => {
  const me = (permissions: string[]): Me => ({ permissions, roles: [] }) as unknown as Me;
  expect(viewsOf(me(["credit-record:read", "credit-record:propose"])).map((v) => v.value)).toEqual(["queue", "all"]);
  expect(viewsOf(me(["credit-record:answer"])).map((v) => v.value)).toEqual(["queue", "ours"]);
  expect(viewsOf(me(["credit-record:read"])).map((v) => v.value)).toEqual(["all"]);
  expect(viewsOf(me([]))).toEqual([]);
});

it("names each agency that someone acts for once", () => {
  const organisation = { id: "1", kind: "agency", name: "甲公司", uscc: "91350100M000100Y43" };
  const me = { permissions: [], roles: [{ organisation }, { organisation }, { organisation: { ...organisation, id: "2", kind: "enterprise" } }, {}] } as unknown as Me;
  expect(ownCodes(me)).toEqual([{ name: "甲公司", uscc: "91350100M000100Y43" }]);
});

it("shows an honour as no fault", () => {
  expect(toneOf({ state: "published", level: "honour" })).toBe("success");
  expect(toneOf({ state: "published", level: "minor" })).toBe("error");
});
