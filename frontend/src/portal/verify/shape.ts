/**
 * Reads foreign JSON strictly: a member missing, too many or of another kind is an error
 * that names its place.
 */
export type Shape<T> = (value: unknown, at: string) => T;

function wrong(at: string, want: string): never {
  throw new Error(`${at || "文件"} 应是${want}`);
}

export const text: Shape<string> = (v, at) => (typeof v === "string" ? v : wrong(at, "文字"));
export const flag: Shape<boolean> = (v, at) => (typeof v === "boolean" ? v : wrong(at, "是或否"));
export const integer: Shape<number> = (v, at) => (typeof v === "number" && Number.isSafeInteger(v) ? v : wrong(at, "整数"));
export const anything: Shape<unknown> = (v) => v;

export function list<T>(of: Shape<T>): Shape<T[]> {
  return (v, at) => (Array.isArray(v) ? v.map((x: unknown, i) => of(x, `${at}[${i}]`)) : wrong(at, "列表"));
}

/** An object used as a table: any member, all of one kind. */
export function table<T>(of: Shape<T>): Shape<Map<string, T>> {
  return (v, at) => {
    if (typeof v !== "object" || v === null || Array.isArray(v)) return wrong(at, "对象");
    return new Map(Object.entries(v).map(([name, x]: [string, unknown]) => [name, of(x, `${at}.${name}`)]));
  };
}

export function optional<T>(of: Shape<T>): Shape<T | undefined> {
  return (v, at) => (v === undefined ? undefined : of(v, at));
}

export function oneOf<T extends string>(...words: T[]): Shape<T> {
  return (v, at) => words.find((w) => w === v) ?? wrong(at, words.join("、"));
}

export function record<T extends object>(members: { [K in keyof T]-?: Shape<T[K]> }): Shape<T> {
  return (v, at) => {
    if (typeof v !== "object" || v === null || Array.isArray(v)) return wrong(at, "对象");
    const given = new Map<string, unknown>(Object.entries(v));
    const out: Partial<T> = {};
    for (const name of Object.keys(members) as (keyof T & string)[]) {
      const value = members[name](given.get(name), at === "" ? name : `${at}.${name}`);
      if (value !== undefined) out[name] = value;
      given.delete(name);
    }
    for (const name of given.keys()) throw new Error(`${at || "文件"} 不应有 ${name}`);
    return out as T;
  };
}
