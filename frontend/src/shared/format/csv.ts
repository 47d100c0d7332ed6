/** A spreadsheet takes a cell that begins with one of these for a formula and runs it. */
const formulaStart = /^[=+\-@\t\r]/;

/** One cell: a leading = + - @ is made text by an apostrophe, then quoted as RFC 4180 asks. */
export function csvCell(value: string): string {
  const text = formulaStart.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A table as CSV. The byte order mark tells Excel that it is UTF-8; without it
 * Chinese opens as question marks.
 */
export function csv(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return "\uFEFF" + [header, ...rows].map((row) => row.map(csvCell).join(",") + "\r\n").join("");
}

/** Hands a table to the browser as a file to save. */
export function download(name: string, text: string): void {
  downloadAs(name, text, "text/csv;charset=utf-8");
}

/** Hands text of any kind to the browser as a file to save. */
export function downloadAs(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
