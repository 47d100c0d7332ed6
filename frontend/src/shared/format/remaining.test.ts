import { expect, it } from "vitest";
import { duration, remaining } from "./remaining";

const h = 3_600_000;
const now = Date.UTC(2026, 10, 25, 2, 0);

it.each([
  [28 * h, "1 天 4 小时"],
  [24 * h, "1 天"],
  [24 * h + 59 * 60_000, "1 天"],
  [23 * h + 59 * 60_000, "23 小时 59 分"],
  [3 * h, "3 小时"],
  [12 * 60_000, "12 分钟"],
  [59_999, "不到 1 分钟"],
  [0, "不到 1 分钟"],
])("counts %d ms as a person does", (ms, words) => {
  expect(duration(ms)).toBe(words);
});

it.each([
  [now + 28 * h, "还剩 1 天 4 小时", "calm"],
  [now + 4 * h, "还剩 4 小时", "calm"],
  [now + 4 * h - 1, "还剩 3 小时 59 分", "soon"],
  [now + 1, "还剩不到 1 分钟", "soon"],
  [now, "超期不到 1 分钟", "over"],
  [now - 50 * h, "超期 2 天 2 小时", "over"],
])("says how a term stands: %d", (until, words, urgency) => {
  expect(remaining(until, now)).toEqual({ words, urgency });
});
