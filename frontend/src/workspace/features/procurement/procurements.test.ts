import { expect, it } from "vitest";
import { basisPoints, hexOf, quoteWords, tenthsOf } from "./procurements";

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
