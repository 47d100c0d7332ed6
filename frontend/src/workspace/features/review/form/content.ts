import { timeWords, yuanOf } from "../../../../shared/format/amount";
import type { components } from "../../../../shared/api/schema";

export type Form = components["schemas"]["ReviewForm"];
export type Field = components["schemas"]["ReviewField"];

/** What was filled in: JSON values by the name of the field. */
export type Content = Readonly<Record<string, unknown>>;

/** Tells the rows of a table apart through edits, here and at the server. */
export const rowId = "rowId";

/** In place of a sealed value the server sends its masked look. */
export interface SecretRef {
  secret: string;
  mask: string;
}

export function secretRef(v: unknown): SecretRef | undefined {
  if (typeof v !== "object" || v === null || !("secret" in v) || !("mask" in v)) return undefined;
  return typeof v.secret === "string" && typeof v.mask === "string" ? { secret: v.secret, mask: v.mask } : undefined;
}

export function fieldsOf(form: Form): Field[] {
  return form.sections.flatMap((s) => s.fields);
}

/** Whether a field is asked for, given what else stands at its level. */
export function shown(field: Field, level: Content): boolean {
  if (field.when === undefined) return true;
  const v = level[field.when.field];
  return (typeof v === "string" || typeof v === "boolean") && field.when.in.includes(String(v));
}

export function blank(v: unknown): boolean {
  return v === undefined || v === null || (typeof v === "string" && v.trim() === "") || (Array.isArray(v) && v.length === 0);
}

export function rowsOf(v: unknown): Content[] {
  return Array.isArray(v) ? v.filter((r): r is Content => typeof r === "object" && r !== null) : [];
}

export function textsOf(v: unknown): string[] {
  return Array.isArray(v) ? v.filter((t): t is string => typeof t === "string") : [];
}

/** The level with one value changed; a blank one is taken out, as if never filled in. */
export function withValue(level: Content, name: string, value: unknown): Content {
  const rest = Object.fromEntries(Object.entries(level).filter(([n]) => n !== name));
  return blank(value) ? rest : { ...rest, [name]: value };
}

export function newRow(): Content {
  return { [rowId]: crypto.randomUUID() };
}

export interface Step {
  name: string;
  /** Of the row, in a table. */
  at?: number;
}

/** qualifications[1].validTo as steps; undefined for what is no path. */
export function parsePath(path: string): Step[] | undefined {
  const steps: Step[] = [];
  for (const part of path.split(".")) {
    const found = /^([A-Za-z0-9_]+)(?:\[(\d+)\])?$/.exec(part);
    if (found?.[1] === undefined) return undefined;
    steps.push(found[2] === undefined ? { name: found[1] } : { name: found[1], at: Number(found[2]) });
  }
  return steps;
}

/** A path in words: 资质 第 2 行 有效期至. What the form does not know stays as it is. */
export function pathWords(form: Form, path: string): string {
  const words: string[] = [];
  let fields = fieldsOf(form);
  for (const { name, at } of parsePath(path) ?? []) {
    const field = fields.find((f) => f.name === name);
    if (field === undefined) return words.length > 0 ? words.join(" ") : path;
    words.push(field.label);
    if (at !== undefined && field.type === "rows") words.push(`第 ${at + 1} 行`);
    fields = field.fields ?? [];
  }
  return words.length > 0 ? words.join(" ") : path;
}

/** A value as a person reads it; files and items are named by who knows their names. */
export function valueWords(field: Field, v: unknown, nameOf: (id: string) => string = (id) => id): string {
  if (blank(v)) return "";
  if (typeof v === "boolean") return v ? "是" : "否";
  if (Array.isArray(v)) return textsOf(v).map((t) => optionWords(field, t, nameOf)).join("、");
  if (typeof v === "string" && field.type === "datetime") return timeWords(v);
  if (typeof v === "number" && field.type === "money") return `${yuanOf(v)} 元`;
  if (typeof v === "string") return optionWords(field, v, nameOf);
  if (typeof v === "number") return v.toLocaleString("zh-CN", { useGrouping: false });
  return secretRef(v)?.mask ?? "";
}

function optionWords(field: Field, value: string, nameOf: (id: string) => string): string {
  return field.options?.find((o) => o.value === value)?.label ?? nameOf(value);
}

/** The first few values of a row, to tell it from the others. */
export function rowWords(field: Field, row: Content, nameOf?: (id: string) => string): string {
  return (field.fields ?? [])
    .filter((f) => f.type !== "rows" && f.type !== "file" && shown(f, row))
    .map((f) => valueWords(f, row[f.name], nameOf))
    .filter((w) => w !== "")
    .slice(0, 3)
    .join("，");
}

/** The value a path leads to; undefined where it leads nowhere. */
export function valueAt(content: Content, path: string): unknown {
  let level: unknown = content;
  for (const { name, at } of parsePath(path) ?? []) {
    level = typeof level === "object" && level !== null ? (level as Content)[name] : undefined;
    if (at !== undefined) level = Array.isArray(level) ? (level as unknown[])[at] : undefined;
  }
  return level;
}

/**
 * The faults of values that still stand as they were judged. One mended but not saved
 * yet is not called wrong; and a message that came and went by itself would push the
 * button one is about to press away from under the finger.
 */
export function standing(faults: Readonly<Record<string, string>>, judged: Content, now: Content): Record<string, string> {
  const same = (path: string): boolean => JSON.stringify(valueAt(judged, path)) === JSON.stringify(valueAt(now, path));
  return Object.fromEntries(Object.entries(faults).filter(([path]) => same(path)));
}

/** The content without the values at paths: what the server would not take. */
export function without(content: Content, paths: readonly string[]): Content {
  return paths.reduce((c, path) => drop(c, parsePath(path) ?? []), content);
}

function drop(level: Content, [step, ...rest]: readonly Step[]): Content {
  if (step === undefined || !(step.name in level)) return level;
  const v = level[step.name];
  if (rest.length > 0 && step.at !== undefined) {
    const rows = rowsOf(v).map((row, i) => (i === step.at ? drop(row, rest) : row));
    return { ...level, [step.name]: rows };
  }
  if (step.at !== undefined && Array.isArray(v)) {
    return withValue(level, step.name, v.filter((_, i) => i !== step.at));
  }
  return withValue(level, step.name, undefined);
}

/**
 * The content typed here with what only the server can give: references in place of
 * secrets that it has sealed. Everything else stays as it is being typed.
 */
export function adopt(fields: readonly Field[], local: Content, sent: Content, server: Content): Content {
  const out: Record<string, unknown> = { ...local };
  for (const field of fields) {
    const here = local[field.name];
    const there = server[field.name];
    if (field.type === "rows") {
      const sentRows = rowsOf(sent[field.name]);
      const serverRows = rowsOf(there);
      if (!Array.isArray(here)) continue;
      out[field.name] = rowsOf(here).map((row) => {
        const was = sentRows.find((r) => r[rowId] === row[rowId]);
        const now = serverRows.find((r) => r[rowId] === row[rowId]);
        return was === undefined || now === undefined ? row : adopt(field.fields ?? [], row, was, now);
      });
    } else if (field.secret === true && typeof here === "string" && here === sent[field.name] && secretRef(there) !== undefined) {
      out[field.name] = there;
    }
  }
  return out;
}

/** Rows that came without an id get one, so that edits can be told apart. */
export function identified(fields: readonly Field[], level: Content): Content {
  const out: Record<string, unknown> = { ...level };
  for (const field of fields) {
    if (field.type !== "rows" || !Array.isArray(level[field.name])) continue;
    out[field.name] = rowsOf(level[field.name]).map((row) => {
      const inner = identified(field.fields ?? [], row);
      return typeof row[rowId] === "string" ? inner : { ...inner, ...newRow() };
    });
  }
  return out;
}

/** The id of the control of a path, in the page. */
export function controlId(path: string): string {
  return `field-${path.replaceAll(/[^A-Za-z0-9_]/g, "-")}`;
}

/**
 * The control a fault speaks of: its own, or, for what has none (one item of several,
 * a row), that of the table or list it stands in.
 */
export function findControl(path: string): HTMLElement | null {
  for (let at = path; at !== ""; at = at.replace(/(\.[^.[]*|\[\d+\]|^[^.[]*)$/, "")) {
    const found = document.getElementById(controlId(at));
    if (found !== null) return found;
  }
  return null;
}
