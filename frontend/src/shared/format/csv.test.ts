import { expect, it } from "vitest";
import { csv, csvCell } from "./csv";

it.each([
  ["=1+1", "'=1+1"],
  ["+86 359", "'+86 359"],
  ["-18.4%", "'-18.4%"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["环评=环境影响评价", "环评=环境影响评价"],
  ["", ""],
])("makes text of what a spreadsheet would run: %j", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

it("quotes separators, quotes and line breaks, after the formula rule", () => {
  expect(csvCell("甲,乙")).toBe('"甲,乙"');
  expect(csvCell('称"甲方"')).toBe('"称""甲方"""');
  expect(csvCell("一\n二")).toBe('"一\n二"');
  expect(csvCell('=HYPERLINK("x","y")')).toBe('"\'=HYPERLINK(""x"",""y"")"');
  expect(csvCell("\r=1")).toBe('"\'\r=1"');
});

it("writes a file that Excel reads as UTF-8", () => {
  expect(csv(["编码", "名称"], [["ZJ0049", "环境影响报告书编制"]])).toBe("\uFEFF编码,名称\r\nZJ0049,环境影响报告书编制\r\n");
});
