import { expect, it } from "vitest";
import { basisPoints, hexOf, quoteWords, tenthsOf, whenWords } from "./procurements";

it("reads rates and points exactly, and nothing else", () => {
  expect(basisPoints("12.3")).toBe(1230);
  expect(basisPoints("0.05")).toBe(5);
  for (const bad of ["", "100", "1.234", "-1", "十"]) expect(basisPoints(bad), bad).toBeUndefined();
  expect(tenthsOf("85.5")).toBe(855);
  expect(tenthsOf("100")).toBe(1000);
  for (const bad of ["", "100.1", "85.55", "-1"]) expect(tenthsOf(bad), bad).toBeUndefined();
});

it("says what was quoted", () => {
  expect(quoteWords({ quoteFen: 123450 })).toBe("1,234.50 元");
  expect(quoteWords({ discountBp: 1230 })).toBe("下浮 12.30%");
  expect(quoteWords({})).toBe("按固定价格");
});

it("writes bytes as the interface takes them", () => {
  expect(hexOf(new Uint8Array([0, 10, 255]))).toBe("000aff");
});

it("never tells a time as ahead where nothing is to come", () => {
  const at = { selectionAt: "2026-11-20T02:00:00Z", publishedAt: "2026-11-10T02:00:00Z", publicityUntil: "2026-11-25T16:00:00Z" };
  expect(whenWords({ ...at, state: "closed" })).toBe("选取时间 2026-11-20 10:00");
  expect(whenWords({ ...at, state: "publicity" })).toBe("公示至 2026-11-25 24:00");
  expect(whenWords({ ...at, state: "suspended" })).toBe("公示中止，办完异议后恢复");
  expect(whenWords({ ...at, state: "awarded" })).toBe("2026-11-25 24:00 公示期满");
  for (const state of ["withdrawn", "failed", "terminated"] as const) expect(whenWords({ ...at, state }), state).toBe("2026-11-10 发布");
});
