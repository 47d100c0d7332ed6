/** Sums as people write them, and as the server counts them: integer fen, never a float. */

/** The fen of 1,234.5; undefined where it is not a sum of at most two decimals. */
export function fenOf(text: string): number | undefined {
  const parts = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(text.replaceAll(/[,，\s]/g, ""));
  if (parts?.[1] === undefined) return undefined;
  return Number(parts[1] + (parts[2] ?? "").padEnd(2, "0"));
}

/** 123450 as 1,234.50. */
export function yuanOf(fen: number): string {
  const digits = String(Math.trunc(fen)).padStart(3, "0");
  return `${digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ",")}.${digits.slice(-2)}`;
}

/** Times of the marketplace are those of Asia/Shanghai, wherever the browser stands. */
const offset = 8 * 60 * 60 * 1000;

/** An instant as a date-and-time box takes it; "" where it is none. */
export function boxTime(instant: string): string {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? "" : new Date(at + offset).toISOString().slice(0, 16);
}

/** boxTime's inverse. */
export function instantOf(box: string): string {
  return box === "" ? "" : `${box}:00+08:00`;
}

const weekdays = ["日", "一", "二", "三", "四", "五", "六"];

/** An instant in words: 2026-01-02 17:00（周五）. */
export function timeWords(instant: string): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return instant;
  const local = new Date(at + offset);
  return `${local.toISOString().slice(0, 16).replace("T", " ")}（周${weekdays[local.getUTCDay()] ?? ""}）`;
}
