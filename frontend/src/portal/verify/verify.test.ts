// @vitest-environment node
import { readFileSync } from "node:fs";
import { md5 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { verifyAward } from "./award";
import { fromHex, toHex, utf8 } from "./bytes";
import { canonical } from "./canonical";
import { draw, keyOf, poolHash } from "./draw";
import { chainHash, checkRound, firstAfter } from "./drand";
import { digestOf, verifyDraw } from "./evidence";
import type { Finding } from "./finding";
import type { Algorithm, DrandValue, Input, Place, Seat, Step } from "./format";
import { halfUp, written } from "./fraction";
import { parseLogKey } from "./ledger";
import { conclude } from "./methods";
import { sm3 } from "./sm3";

const internal = new URL("../../../../internal/", import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, internal), "utf8"));

// What the server's code makes; a Go test checks that the file is current.
const vectors = read("procurement/selection/testdata/vectors.json") as {
  logKey: string;
  evidence: Record<string, object>;
  awards: Record<string, object>;
};
const quicknet = read("draw/testdata/drand-quicknet.json") as {
  chain_hash: string;
  public_key: string;
  genesis_time: number;
  period_s: number;
  group_hash: string;
  rounds: { round: number; randomness: string; signature: string }[];
};

const examples = read("procurement/selection/testdata/examples.json") as {
  algorithm: Algorithm;
  key: string;
  input: Input;
  places: Place[];
  steps: Step[] | null;
  drawn: number[][] | null;
}[];

function beacon(): DrandValue {
  const [round] = quicknet.rounds;
  if (!round) throw new Error("no round");
  return {
    chain: quicknet.chain_hash,
    publicKey: quicknet.public_key,
    genesisTime: quicknet.genesis_time,
    period: quicknet.period_s,
    groupHash: quicknet.group_hash,
    id: "quicknet",
    ...round,
  };
}

function findings(file: unknown, key = vectors.logKey, verify = verifyDraw): Finding[] {
  return [...verify(typeof file === "string" ? file : JSON.stringify(file), key)];
}

const faulty = (all: Finding[]): boolean => all.some((f) => f.status === "wrong");

function evidenceOf(name: string): Record<string, unknown> {
  const found = vectors.evidence[name];
  if (!found) throw new Error(`no vector ${name}`);
  return structuredClone(found) as Record<string, unknown>;
}

describe("the draw", () => {
  it("gives the worked example of RFC 3797", () => {
    const key = keyOf([[9319], [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]]);
    expect(key).toBe("9319./2.5.8.10.12./9.18.26.34.41.45./");
    const picks = draw(md5, key, 25, 10);
    expect(picks.map((p) => p.number)).toEqual([17, 7, 2, 16, 25, 23, 8, 24, 19, 13]);
    expect(picks[0]?.hash).toBe("990dd0a5692a029a98b5e01aa28f3459");
  });

  it.each([
    ["abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    ["abcd".repeat(16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"],
    ["", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"],
  ])("hashes %s with SM3 as GB/T 32905 says", (message, digest) => {
    expect(toHex(sm3(utf8(message)))).toBe(digest);
  });

  it("refuses sources that are none", () => {
    expect(() => keyOf([])).toThrow();
    expect(() => keyOf([[]])).toThrow();
    expect(() => keyOf(["xyz"])).toThrow();
    expect(keyOf(["AbCd"])).toBe("abcd./");
  });
});

describe("drand", () => {
  it("takes the published round, and its chain hash names its key", () => {
    const v = beacon();
    checkRound(v);
    expect(chainHash(v)).toBe(v.chain);
    expect(firstAfter(v, v.genesisTime)).toBe(2);
    expect(firstAfter(v, v.genesisTime - 1)).toBe(1);
    expect(firstAfter(v, v.genesisTime + 3 * 998)).toBe(1000);
    expect(firstAfter(v, v.genesisTime + 3 * 999 - 1)).toBe(1000);
  });

  it("takes no other", () => {
    const v = beacon();
    const other = `${v.signature.slice(0, -1)}${v.signature.endsWith("9") ? "8" : "9"}`;
    for (const bad of [
      { ...v, round: 1001 },
      { ...v, randomness: "0".repeat(64) },
      { ...v, signature: other, randomness: toHex(sha256(fromHex(other))) },
      { ...v, signature: `c0${"0".repeat(94)}` },
      { ...v, signature: v.signature.slice(2) },
    ]) {
      expect(() => {
        checkRound(bad);
      }).toThrow();
    }
    expect(chainHash({ ...v, publicKey: v.publicKey.replace("8", "9") })).not.toBe(v.chain);
  });
});

describe("numbers and spelling", () => {
  it("rounds halves upwards and writes fractions in lowest terms", () => {
    expect([halfUp({ n: 19n, d: 2n }), halfUp({ n: 94n, d: 10n }), halfUp({ n: 0n, d: 3n })]).toEqual([10n, 9n, 0n]);
    expect([written({ n: 10n, d: 4n }), written({ n: 9n, d: 3n })]).toEqual(["5/2", "3"]);
  });

  it("spells JSON one way", () => {
    expect(canonical({ b: [1, "é\u2028<"], a: { d: null, c: true } })).toBe('{"a":{"c":true,"d":null},"b":[1,"é\u2028<"]}');
  });

  it("knows a log's key by its digest", () => {
    expect(parseLogKey(vectors.logKey).name).toBe("example.invalid/log");
    for (const bad of ["", "a+b", vectors.logKey.replace("+9", "+8"), `${vectors.logKey}A`]) expect(() => parseLogKey(bad)).toThrow();
  });
});

describe("the methods", () => {
  it("draw their lines where the rule does", () => {
    const lowest = (...sums: number[]): Input => ({
      method: "lowest_price",
      lowPercent: 70,
      floorFen: 7,
      ceilingFen: 20000,
      bids: sums.map((quoteFen, i) => ({ number: i + 1, quoteFen, creditTenths: 0 })),
    });
    const low = (input: Input): number[] | undefined => conclude(input, "sha256", "1./").steps.find((s) => s.name === "low")?.numbers;
    expect(low(lowest(7000, 11500, 11500))).toEqual([]); // exactly 70 % of the mean
    expect(low(lowest(6999, 11500, 11501))).toEqual([1]);
    const fate = (sum: number): string | undefined => conclude(lowest(10, 10, sum), "sha256", "1./").places.find((p) => p.number === 3)?.result;
    expect([fate(6), fate(20001)]).toEqual(["disqualified", "disqualified"]);
    expect(conclude(lowest(7, 20000), "sha256", "1./").steps[0]?.numbers).toEqual([1, 2]);
  });

  it("find what the server's code finds, whatever comes", () => {
    for (const { algorithm, key, input, places, steps, drawn } of examples) {
      const got = conclude(input, algorithm, key);
      expect(got.places).toEqual(places.map(({ number, result, place = 0, rank = 0 }) => ({ number, result, place, rank })));
      expect(got.steps).toEqual((steps ?? []).map(({ name, numbers = [], value = "" }) => ({ name, numbers, value })));
      expect(got.draws.map((d) => d.picks.filter((p) => p.struck !== true).map((p) => p.number))).toEqual(drawn ?? []);
    }
    expect(new Set(examples.map((e) => e.input.method)).size).toBe(7);
    expect(examples.length).toBeGreaterThan(100);
  });
});

describe("evidence files of the server's code", () => {
  it.each(Object.keys(vectors.evidence))("%s verifies", (name) => {
    const all = findings(evidenceOf(name));
    expect(all.filter((f) => f.status !== "ok")).toEqual([]);
    expect(all.length).toBeGreaterThan(9);
  });

  it("verify without the log's key, which is told", () => {
    const all = findings(evidenceOf("random-sha256"), "");
    expect(faulty(all)).toBe(false);
    expect(all.some((f) => f.status === "unchecked")).toBe(true);
  });

  it("take no other log's key", () => {
    const key = vectors.logKey.replace("example.invalid/log", "another.invalid/log");
    expect(faulty(findings(evidenceOf("random-sha256"), key))).toBe(true);
  });

  it("verify as awards", () => {
    for (const award of Object.values(vectors.awards)) expect(findings(award, vectors.logKey, verifyAward).filter((f) => f.status !== "ok")).toEqual([]);
  });
});

/** All copies of a document with one scalar changed, or one member or element gone. */
function* flips(root: Record<string, unknown>): Generator<string> {
  function* walk(holder: Record<string | number, unknown>, at: string): Generator<string> {
    for (const [name, value] of Object.entries(holder)) {
      const path = `${at}.${name}`;
      const others: unknown[] = [];
      if (typeof value === "string") others.push(`${value}1`, value.replace(/[0a]/g, (c) => (c === "0" ? "1" : "b")));
      if (typeof value === "number") others.push(value + 1, 0);
      if (typeof value === "boolean") others.push(!value);
      if (Array.isArray(value) && value.length > 0) others.push(value.slice(1));
      for (const other of others) {
        if (other === value) continue;
        holder[name] = other;
        yield path;
      }
      holder[name] = value;
      if (!Array.isArray(holder)) {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a member gone is one of the forgeries
        delete holder[name];
        yield `${path} gone`;
        holder[name] = value;
      }
      if (typeof value === "object" && value !== null) yield* walk(value as Record<string | number, unknown>, path);
    }
  }
  yield* walk(root, "");
}

describe("tampering", () => {
  // A receipt without proof or key is no longer checked: the reader is told.
  const told = (all: Finding[]): boolean => all.some((f) => f.status !== "ok");

  it("of any single field is detected, even with the digest made anew where a rule or the log stands against it", () => {
    // The commit–reveal file spares a thousand pairings; the beacon has tests of its own.
    const root = evidenceOf("reference_price-ties");
    let n = 0;
    for (const path of flips(root)) {
      n++;
      expect(told(findings(root)), path).toBe(true);
      if (path.startsWith(".digest") || path.startsWith(".receipts")) continue;
      const kept = root.digest;
      root.digest = digestOf(root);
      expect(faulty(findings(root)), `${path}, digest anew`).toBe(true);
      root.digest = kept;
    }
    expect(n).toBeGreaterThan(300);
    expect(faulty(findings(root))).toBe(false);
  }, 60_000);

  it.each(["plain", "shortened"])("of any field of an award is detected (%s)", (name) => {
    const root = structuredClone(vectors.awards[name] ?? {}) as Record<string, unknown>;
    for (const path of flips(root)) {
      const all = findings(root, vectors.logKey, verifyAward);
      const apart = path.startsWith(".receipt") || path.startsWith(".salts"); // proof, key or salt gone: no longer checked
      expect(apart ? told(all) : faulty(all), path).toBe(true);
    }
  }, 60_000);

  it.each<[string, Record<string, unknown>]>([
    ["a word of what is long", { items: ["测量<&>".repeat(900)] }],
    ["one more member", { bonusFen: 1 }],
    ["personal data", { contact: "电话 13800000001" }],
  ])("of an award by %s is detected", (_, change) => {
    const root = structuredClone(vectors.awards.shortened ?? {}) as { award: Record<string, unknown> };
    Object.assign(root.award, change);
    expect(faulty(findings(root, vectors.logKey, verifyAward))).toBe(true);
  });

  /** Without receipts and with the digest made anew, the computation alone must tell. */
  function forged(name: string, path: string, value: unknown): Finding[] {
    const e = evidenceOf(name);
    delete e.receipts;
    const names = path.split(".");
    const last = names.pop() ?? "";
    let holder: Record<string, unknown> = e;
    for (const n of names) holder = holder[n] as Record<string, unknown>;
    holder[last] = value;
    e.digest = digestOf(e);
    return findings(e, "");
  }

  it.each<[string, string, string, unknown, string?]>([
    ["a round", "熵源", "entropy.drand.round", 1001],
    ["randomness", "熵源", "entropy.drand.randomness", "ab".repeat(32)],
    ["a chain's key", "熵源", "entropy.drand.groupHash", "ab".repeat(32)],
    ["the selection time", "熵源", "selectionAt", "2023-08-23T15:59:25Z"],
    ["a silent fallback", "熵源", "usedFallback", true],
    ["the key", "密钥串", "key", "1./"],
    ["a bidder", "抽取池摘要", "pool.0.uscc", "91350100M000000099"],
    ["a number", "抽取池编号", "pool.0.number", 2],
    ["a row", "抽取表", "draws.0.picks.0.number", 9],
    ["a skipped row", "选取结果", "draws.0.picks.0.struck", true],
    ["a quote", "选取结果", "selection.bids.5.quoteFen", 1],
    ["a verdict", "选取结果", "selection.bids.1.explanation", "rejected"],
    ["a struck bid", "选取结果", "selection.bids.4.struck", "x"],
    ["a result", "选取结果", "outcome.places.0.result", "reserve"],
    ["a step", "选取结果", "outcome.steps.0.value", "1"],
    ["a commitment", "熵源", "entropy.commit.1.commitment", "ab".repeat(32), "reference_price-ties"],
    ["a value", "熵源", "entropy.commit.1.value", "ab".repeat(32), "reference_price-ties"],
    ["a party", "熵源", "entropy.commit.0.party", "supervisor", "reference_price-ties"],
    ["an issue", "熵源", "entropy.lottery.issue", "2023099", "reference_price-discount"],
    ["a skipped expert", "抽取表", "draws.0.picks.0.struck", true, "panel-experts"],
    ["a struck expert", "抽取表", "struck", [2], "panel-experts"],
    ["the number of experts", "抽取表", "picks", 2, "panel-experts"],
    ["an expert's row", "抽取表", "draws.0.picks.1.remainder", 0, "panel-experts"],
    ["an unknown member", "文件格式", "more", 1],
    ["md5", "文件格式", "algorithm", "md5"],
  ])("of %s is detected by %s without any receipt", (_, step, path, value, of = "lowest_price-low") => {
    const all = forged(of, path, value);
    expect(all.filter((f) => f.status === "wrong").some((f) => f.step.startsWith(step))).toBe(true);
  });

  it("of a void draw's source is detected: the round named must lie ahead", () => {
    for (const [attempt, round, good] of [[2, 1000, true], [1, 1000, false], [2, 1001, false]] as const) {
      const e = evidenceOf("random-struck");
      delete e.receipts;
      Object.assign(e, { attempt, selectionAt: "2023-08-23T15:58:22Z" });
      (e.named as DrandValue).round = round;
      e.digest = digestOf(e);
      expect(faulty(findings(e, ""))).toBe(!good);
    }
  });

  it("of a fallback is detected: it may wait for its hours, the named source may not", () => {
    const e = evidenceOf("random-struck");
    delete e.receipts;
    Object.assign(e, { selectionAt: "2023-08-22T15:59:22Z", frozenAt: "2023-08-22T14:59:22Z" });
    e.digest = digestOf(e);
    expect(faulty(findings(e, ""))).toBe(true);
    Object.assign(e, { usedFallback: true, fallback: { ...(e.named as object) }, named: { kind: "lottery" } });
    e.digest = digestOf(e);
    expect(faulty(findings(e, ""))).toBe(false);
  });

  it("of the numbering is detected even with the pool's hash made anew", () => {
    const e = evidenceOf("random-sha256");
    delete e.receipts;
    const pool = e.pool as Seat[];
    const [first, second] = [pool[0]?.uscc, pool[1]?.uscc];
    Object.assign(pool[0] ?? {}, { uscc: second });
    Object.assign(pool[1] ?? {}, { uscc: first });
    e.poolHash = poolHash(pool, String(e.procurement));
    e.digest = digestOf(e);
    expect(findings(e, "").filter((f) => f.status === "wrong").map((f) => f.step)).toEqual(["抽取池编号"]);
  });

  it("with a score beyond any scale ends, and is detected", () => {
    expect(faulty(forged("credit_weighted-border", "selection.bids.0.creditTenths", 9007199254740991))).toBe(true);
    expect(faulty(forged("credit_weighted-border", "selection.bids.0.creditTenths", -1))).toBe(true);
  });

  it("finds nothing wrong where nothing was changed", () => {
    expect(faulty(forged("lowest_price-low", "version", 1))).toBe(false);
  });

  it.each(["", "[]", "null", "{}", "{"])("takes no file %j", (file) => {
    expect(faulty(findings(file))).toBe(true);
    expect(faulty(findings(file, "", verifyAward))).toBe(true);
  });
});
