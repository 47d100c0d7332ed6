import { expect, it } from "vitest";
import { chineseNotes, isFigure } from "./feeStandards";

it.each([
  ["0.035", true],
  ["1,000,000", true],
  ["50,000–100,000", true],
  ["1,000,000 以上", true],
  ["大于 1,000,000", true],
  ["—", true],
  ["计费额 × 1.039%", false],
  ["按建筑面积，元/㎡", false],
])("stands figures right and words left: %s", (cell, figure) => {
  expect(isFigure(cell)).toBe(figure);
});

it("keeps the notes a reader can use", () => {
  expect(chineseNotes(["下限不含、上限含", "single secondary source; verify before use"])).toEqual(["下限不含、上限含"]);
});
