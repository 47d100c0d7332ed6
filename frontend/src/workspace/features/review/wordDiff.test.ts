import { expect, it } from "vitest";
import { wordDiff } from "./wordDiff";

const join = (parts: { text: string }[] | undefined): string => (parts ?? []).map((p) => p.text).join("");
const marked = (parts: { text: string; marked: boolean }[] | undefined): string =>
  (parts ?? []).filter((p) => p.marked).map((p) => p.text).join("|");

it("marks the words that differ, and loses none", () => {
  const [b, a] = ["山西省运城市盐湖区人民北路12号", "山西省运城市盐湖区人民南路12号"];
  const d = wordDiff(b, a);
  expect(join(d?.before)).toBe(b);
  expect(join(d?.after)).toBe(a);
  expect(marked(d?.before)).toContain("北");
  expect(marked(d?.after)).toContain("南");
  expect(marked(d?.after)).not.toContain("12");
});

it("marks nothing of what is the same", () => {
  const d = wordDiff("测绘甲级", "测绘甲级");
  expect(marked(d?.before)).toBe("");
  expect(marked(d?.after)).toBe("");
});

it.each([
  ["", "新的"],
  ["旧的", ""],
  ["完全不同的一句话", "另外写了些别的内容"],
  ["长".repeat(401), "长".repeat(400)],
])("gives up where marks would not help: %s", (b, a) => {
  expect(wordDiff(b.slice(0, 500), a)).toBeUndefined();
});
