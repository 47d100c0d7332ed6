import { expect, it } from "vitest";
import { boxTime, fenOf, instantOf, timeWords, yuanOf } from "./amount";

it("reads sums exactly and refuses what is none", () => {
  for (const [text, fen] of [["0", 0], ["1", 100], ["0.1", 10], ["0.29", 29], ["1,234.5", 123450], ["12 345 678.90", 1234567890], ["90000000000", 9e12]] as const)
    expect(fenOf(text), text).toBe(fen);
  for (const text of ["", ".5", "1.", "1.234", "-1", "1e3", "一百", "1.2.3"]) expect(fenOf(text), text).toBeUndefined();
});

it("writes what it reads", () => {
  for (const fen of [0, 1, 10, 99, 100, 123450, 1234567890, 9e12]) expect(fenOf(yuanOf(fen))).toBe(fen);
  expect(yuanOf(123456789)).toBe("1,234,567.89");
});

it("keeps times in Shanghai wherever the browser stands", () => {
  expect(boxTime("2026-01-02T09:00:00Z")).toBe("2026-01-02T17:00");
  expect(Date.parse(instantOf("2026-01-02T17:00"))).toBe(Date.parse("2026-01-02T09:00:00Z"));
  expect(timeWords("2026-01-02T09:00:00Z")).toBe("2026-01-02 17:00（周五）");
  expect(boxTime("明天")).toBe("");
});
