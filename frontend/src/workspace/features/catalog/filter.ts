import type { Item } from "./catalogue";
import { basisWords, fieldWord, fieldWords, payerOf, payerWords } from "./words";

/** What the list is narrowed to; an empty value does not narrow. */
export interface Filter {
  q: string;
  sector: string;
  unverified: string;
  basis: string;
  payer: string;
  timeLimit: string;
}

export type Dimension = keyof Filter;

export const dimensions: readonly Dimension[] = ["q", "unverified", "basis", "payer", "timeLimit", "sector"];

export const dimensionWords: Readonly<Record<Dimension, string>> = {
  q: "名称或编码",
  unverified: "待核实的字段",
  basis: "设定依据",
  payer: "谁委托谁付费",
  timeLimit: "服务时限",
  sector: "行业",
};

/** The one question asked of a time limit: is it not a number of days? */
export const openTimeLimit = "open";

/** Values a dimension can take, with their words; undefined where any text may stand. */
const choices: Readonly<Partial<Record<Dimension, Readonly<Record<string, string>>>>> = {
  unverified: fieldWords,
  basis: basisWords,
  payer: payerWords,
  timeLimit: { [openTimeLimit]: "没有写成天数" },
};

/** What a person reads for a value. */
export function valueWords(dimension: Dimension, value: string): string {
  return choices[dimension]?.[value] ?? value;
}

/** The values offered for a dimension; the sectors are those the catalogue has. */
export function valuesOf(dimension: Dimension, items: readonly Item[]): string[] {
  const fixed = choices[dimension];
  if (fixed) return Object.keys(fixed);
  const counts = new Map<string, number>();
  for (const { sector } of items) counts.set(sector, (counts.get(sector) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0], "zh-CN")).map(([sector]) => sector);
}

/** Reads the address; a value that means nothing is left out and named in ignored. */
export function readFilter(params: URLSearchParams): { filter: Filter; ignored: string[] } {
  const filter: Filter = { q: "", sector: "", unverified: "", basis: "", payer: "", timeLimit: "" };
  const ignored: string[] = [];
  for (const d of dimensions) {
    const value = (params.get(d) ?? "").trim();
    const known = choices[d];
    if (value === "" || known === undefined || Object.hasOwn(known, value)) filter[d] = value;
    else ignored.push(`${dimensionWords[d]}“${value}”`);
  }
  return { filter, ignored };
}

/** Writes the filter as a query, q and the API's own names first; what does not narrow is left out. */
export function writeFilter(filter: Partial<Filter>): string {
  const params = new URLSearchParams();
  for (const d of dimensions) if (filter[d]) params.set(d, filter[d]);
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

/** Whether an item passes; skip leaves one dimension out, to count what else it offers. */
export function matches(item: Item, filter: Filter, skip?: Dimension): boolean {
  const passes: Record<Dimension, () => boolean> = {
    q: () => item.name.toLowerCase().includes(filter.q.toLowerCase()) || item.code.toLowerCase().startsWith(filter.q.toLowerCase()),
    sector: () => item.sector === filter.sector,
    unverified: () => item.unverifiedFields.includes(filter.unverified),
    basis: () => item.basisStrength === filter.basis,
    payer: () => payerOf(item) === filter.payer,
    timeLimit: () => item.timeLimitWorkdays === undefined,
  };
  return dimensions.every((d) => d === skip || filter[d] === "" || passes[d]());
}

/** The filter in words, for the list's heading: 设定依据：无，行业：水利. */
export function filterWords(filter: Filter): string[] {
  return dimensions
    .filter((d) => filter[d] !== "")
    .map((d) => (d === "unverified" ? `${fieldWord(filter[d])}待核实` : `${dimensionWords[d]}：${valueWords(d, filter[d])}`));
}
