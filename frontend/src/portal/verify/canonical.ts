/**
 * JSON in one spelling (RFC 8785) for values of strings, booleans, null, integers, lists
 * and objects: members sorted by UTF-16 code units, no white space.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${members.map(([name, v]) => `${JSON.stringify(name)}:${canonical(v)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}
