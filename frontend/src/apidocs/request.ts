import type { Endpoint, Schema } from "./openapi";

/** The address to ask, from what was typed; empty values of the query are left out. */
export function addressOf(endpoint: Endpoint, typed: ReadonlyMap<string, string>): string {
  let path = endpoint.path;
  const query = new URLSearchParams();
  for (const p of endpoint.operation.parameters ?? []) {
    const value = typed.get(p.name)?.trim() ?? "";
    if (p.in === "path") path = path.replace(`{${p.name}}`, encodeURIComponent(value));
    else if (p.in === "query" && value !== "") query.set(p.name, value);
  }
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** What a parameter accepts, in words. */
export function limits(schema: Schema): string {
  const said: string[] = [];
  if (schema.minimum !== undefined && schema.maximum !== undefined) said.push(`${schema.minimum}–${schema.maximum}`);
  if (schema.maxLength !== undefined) said.push(`不超过 ${schema.maxLength} 字`);
  if (schema.default !== undefined) said.push(`不填为 ${JSON.stringify(schema.default)}`);
  return said.join("，");
}

/** The list that a record's address is made from, /api/v1/agencies for /api/v1/agencies/{id}. */
export function listOf(endpoint: Endpoint): string | undefined {
  return /^(.*)\/\{[^/]+\}$/.exec(endpoint.path)?.[1];
}

/** The key of the first record of a list: one that exists, to try an address with. */
export async function firstKey(list: string, name: string): Promise<string | undefined> {
  const answer = await fetch(list, { headers: { accept: "application/json" } });
  const { items } = (await answer.json()) as { items?: Record<string, unknown>[] };
  const key = items?.[0]?.[name];
  return typeof key === "string" ? key : undefined;
}

/** The same request for a command line; the address goes in single quotes. */
export function curl(origin: string, address: string): string {
  return `curl '${origin}${address.replaceAll("'", "%27")}'`;
}

/** What came back, ready to be shown. */
export interface Shown {
  status: number;
  milliseconds: number;
  headers: [string, string][];
  body: string;
  cut: boolean;
}

/** Longer answers are cut: a browser slows on a text of megabytes. */
const longest = 60_000;

/** Headers that tell how the answer may be kept. */
const telling = ["content-type", "etag", "cache-control", "x-request-id"];

/** Asks and times; rejects only when no answer came. */
export async function send(address: string, signal: AbortSignal): Promise<Shown> {
  const started = performance.now();
  const answer = await fetch(address, { headers: { accept: "application/json" }, signal });
  const text = await answer.text();
  const body = pretty(text);
  return {
    status: answer.status,
    milliseconds: Math.round(performance.now() - started),
    headers: telling.flatMap((name): [string, string][] => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
    body: body.slice(0, longest),
    cut: body.length > longest,
  };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
