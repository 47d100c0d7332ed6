import { sha256 } from "@noble/hashes/sha2.js";
import { bigEndian, compareBytes, concat, fromHex, toHex, utf8 } from "./bytes";
import type { Algorithm, Entropy, Pick, Seat } from "./format";
import { sm3 } from "./sm3";

const maxPool = 65535;

type Hash = (message: Uint8Array) => Uint8Array;

export function hashOf(algorithm: Algorithm): Hash {
  return algorithm === "sm3" ? sm3 : sha256;
}

/**
 * The canonical string of the sources (RFC 3797 section 4.1): numbers ascending, each
 * followed by ".", a source closed by "/"; a beacon's value is its lower-case hex.
 */
export function keyOf(sources: (number[] | string)[]): string {
  if (sources.length === 0) throw new Error("没有熵源");
  return sources
    .map((s) => {
      if (typeof s === "string") {
        fromHex(s);
        if (s === "") throw new Error("有一个熵源是空的");
        return `${s.toLowerCase()}./`;
      }
      if (s.length === 0) throw new Error("有一个熵源是空的");
      return `${[...s].sort((a, b) => a - b).map((n) => `${n}.`).join("")}/`;
    })
    .join("");
}

export function sourcesOf(e: Entropy): (number[] | string)[] {
  if (e.drand) return [e.drand.randomness];
  if (e.lottery) return [e.lottery.numbers];
  return (e.commit ?? []).map((r) => r.value);
}

/**
 * Draws count numbers from 1..pool: h = H(c ‖ key ‖ c), r = h mod what is left, and the
 * (r+1)-th number still there is taken.
 */
export function draw(hash: Hash, key: string, pool: number, count: number): Pick[] {
  if (pool < 1 || pool > maxPool) throw new Error(`抽取池应有 1 到 ${maxPool} 个编号`);
  const left = Array.from({ length: pool }, (_, i) => i + 1);
  const k = utf8(key);
  const out: Pick[] = [];
  for (let index = 0; index < count && left.length > 0; index++) {
    const c = bigEndian(index, 2);
    const h = toHex(hash(concat(c, k, c)));
    const remaining = left.length;
    const remainder = Number(BigInt(`0x${h}`) % BigInt(remaining));
    const [number = 0] = left.splice(remainder, 1);
    out.push({ index, hash: h, remaining, remainder, number });
  }
  return out;
}

/** The hash that decides a seat's number. */
export function seatHash(s: Seat, procurement: string): Uint8Array {
  if (s.uscc !== undefined) return sha256(utf8(s.uscc + procurement));
  return fromHex(s.hash ?? "");
}

/** Throws unless the numbers follow from the hashes. */
export function checkNumbering(pool: Seat[], procurement: string, purpose: "selection" | "panel"): void {
  let before: Uint8Array | undefined;
  pool.forEach((s, i) => {
    if (s.number !== i + 1) throw new Error(`第 ${i + 1} 行的编号是 ${s.number}，应是 ${i + 1}`);
    const named = s.uscc !== undefined && s.uscc !== "";
    const hidden = s.hash !== undefined && /^[0-9a-f]{64}$/.test(s.hash);
    if (purpose === "selection" ? !named || s.hash !== undefined : !hidden || s.uscc !== undefined) {
      throw new Error(`${s.number} 号应有且只有一个标识`);
    }
    const h = seatHash(s, procurement);
    if (before && compareBytes(before, h) >= 0) throw new Error(`${s.number} 号的摘要不大于前一号，编号次序不符`);
    before = h;
  });
}

export function poolHash(pool: Seat[], procurement: string): string {
  const lines = pool.map((s) => `${s.number} ${s.uscc ?? s.hash ?? ""}\n`);
  return toHex(sha256(utf8(`${procurement}\n${lines.join("")}`)));
}
