import type { Item } from "./catalogue";
import { fieldWords, payerOf, type Payer } from "./words";

/** What the cards say of the catalogue, all counted from one reading. */
export interface Figures {
  items: number;
  /** Cells still to confirm, over all items and fields. */
  cells: number;
  /** Per field, how many items have it unverified; most first. */
  fields: { field: string; items: number }[];
  basis: Record<Item["basisStrength"], number>;
  payer: Record<Payer, number>;
  withoutBasis: Item[];
  byApprover: Item[];
  /** Items whose limit is not a number of days: nothing can be held against it. */
  openTimeLimit: Item[];
}

export function figuresOf(items: readonly Item[]): Figures {
  const fields = new Map<string, number>(Object.keys(fieldWords).map((f) => [f, 0]));
  const figures: Figures = {
    items: items.length,
    cells: 0,
    fields: [],
    basis: { direct: 0, indirect: 0, none: 0 },
    payer: { applicant: 0, approver: 0, either: 0 },
    withoutBasis: items.filter((i) => i.basisStrength === "none"),
    byApprover: items.filter((i) => payerOf(i) === "approver"),
    openTimeLimit: items.filter((i) => i.timeLimitWorkdays === undefined),
  };
  for (const item of items) {
    figures.basis[item.basisStrength]++;
    figures.payer[payerOf(item)]++;
    figures.cells += item.unverifiedFields.length;
    for (const f of item.unverifiedFields) fields.set(f, (fields.get(f) ?? 0) + 1);
  }
  // A stable sort: fields with equal counts keep the order officials read them in.
  figures.fields = [...fields].map(([field, n]) => ({ field, items: n })).sort((a, b) => b.items - a.items);
  return figures;
}

/** A share of the whole in per cent, for a bar's length. */
export function share(part: number, whole: number): string {
  return whole === 0 ? "0%" : `${Math.round((part / whole) * 1000) / 10}%`;
}
