const shanghai = { timeZone: "Asia/Shanghai", hour12: false } as const;

const minute = new Intl.DateTimeFormat("zh-CN", {
  ...shanghai,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
});

function parts(at: number | Date | string): Record<string, string> {
  return Object.fromEntries(minute.formatToParts(new Date(at)).map((p) => [p.type, p.value]));
}

/** 2026-11-24 15:04, in Shanghai whatever the reader's clock says. */
export function dateTime(at: number | Date | string): string {
  const { year, month, day } = parts(at);
  return `${year}-${month}-${day} ${clockTime(at)}`;
}

/** The end of a term; the end of a day is 24:00 of that day, not 00:00 of the next (民法典 第203条). */
export function until(at: number | Date | string): string {
  const end = new Date(at).getTime();
  return clockTime(end) === "00:00" && end % 60_000 === 0 ? `${date(end - 1)} 24:00` : dateTime(end);
}

/** 2026-11-24 */
export function date(at: number | Date | string): string {
  const { year, month, day } = parts(at);
  return `${year}-${month}-${day}`;
}

/** 15:04 */
export function clockTime(at: number | Date | string): string {
  const { hour, minute: min } = parts(at);
  return `${hour === "24" ? "00" : hour}:${min}`;
}

/** 20261124, for file names. */
export function compactDate(at: number | Date | string): string {
  const { year, month, day } = parts(at);
  return `${year}${month}${day}`;
}
