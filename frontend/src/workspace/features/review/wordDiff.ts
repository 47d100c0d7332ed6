import { diffArrays } from "diff";

export interface Part {
  text: string;
  /** Only on this side: taken away before, or put in after. */
  marked: boolean;
}

/** Longer texts are read whole: marks all over would hide what they say. */
const longest = 400;

/** Below this share of common text, nothing is usefully marked. */
const alike = 0.35;

const words = new Intl.Segmenter("zh-CN", { granularity: "word" });

function segments(text: string): string[] {
  return [...words.segment(text)].map((s) => s.segment);
}

/** Both sides of a change with the words that differ; undefined where marks would not help. */
export function wordDiff(before: string, after: string): { before: Part[]; after: Part[] } | undefined {
  if (before === "" || after === "" || before.length > longest || after.length > longest) return undefined;
  const parts = diffArrays(segments(before), segments(after));
  const common = parts.filter((p) => !p.added && !p.removed).reduce((n, p) => n + p.value.join("").length, 0);
  if (common / Math.max(before.length, after.length) < alike) return undefined;
  const side = (skip: "added" | "removed", mark: "added" | "removed"): Part[] =>
    parts.filter((p) => !p[skip]).map((p) => ({ text: p.value.join(""), marked: p[mark] }));
  return { before: side("added", "removed"), after: side("removed", "added") };
}
