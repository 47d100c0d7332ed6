import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";

export type Standard = components["schemas"]["Standard"];
export type RateTable = components["schemas"]["FeeTable"];

export const methodWords: Readonly<Record<Standard["method"], string>> = {
  progressive_percent: "差额定率累进（%）",
  progressive_permille: "差额定率累进（‰）",
  bracket_interpolate: "分档内插",
  point_interpolate: "按点内插",
  cap: "上限",
};

/** Every standard; the list is short enough to come whole. */
export function useFeeStandards(): UseQueryResult<Standard[]> {
  return useQuery({
    queryKey: ["fee-standards"],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/fee-standards", { signal }))).items,
  });
}

const latinWord = /[A-Za-z]{4}/;

/** Notes written in Chinese: a few carry an editor's remarks in English, which are no use to a reader. */
export function chineseNotes(notes: readonly string[]): string[] {
  return notes.filter((n) => !latinWord.test(n));
}

/** Whether a cell is a figure, a range of figures or a blank: those stand right, words stand left. */
export function isFigure(cell: string): boolean {
  return /^(大于 )?[\d.,–—\s]*(以上|以下|%|‰)?$/.test(cell.trim());
}
