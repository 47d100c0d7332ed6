import { bls12_381 } from "@noble/curves/bls12-381.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bigEndian, concat, fromHex, toHex, utf8 } from "./bytes";
import type { DrandValue } from "./format";

const domain = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/** What a chain's hash is made of: who names the hash names the key. */
export function chainHash(v: DrandValue): string {
  const id = v.id === "default" ? "" : v.id;
  const parts = [bigEndian(v.period, 4), bigEndian(v.genesisTime, 8), fromHex(v.publicKey), fromHex(v.groupHash), utf8(id)];
  return toHex(sha256(concat(...parts)));
}

/** Whole seconds since 1970 of an RFC 3339 time: a fraction cannot change the round. */
export function seconds(time: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(time)) throw new Error(`时间 ${time} 写得不对`);
  const ms = Date.parse(time.replace(/\.\d+/, ""));
  if (Number.isNaN(ms)) throw new Error(`时间 ${time} 写得不对`);
  return ms / 1000;
}

export function firstAfter(v: DrandValue, at: number): number {
  return at < v.genesisTime ? 1 : Math.floor((at - v.genesisTime) / v.period) + 2;
}

export function publishedAt(v: DrandValue): number {
  return v.genesisTime + (v.round - 1) * v.period;
}

/** Throws unless the chain signed this round and the randomness is the signature's digest. */
export function checkRound(v: DrandValue): void {
  const signature = fromHex(v.signature);
  const scheme = bls12_381.shortSignatures;
  const message = scheme.hash(sha256(bigEndian(v.round, 8)), domain);
  let good: boolean;
  try {
    good = scheme.verify(signature, message, fromHex(v.publicKey));
  } catch {
    good = false;
  }
  if (!good) throw new Error(`第 ${v.round} 轮信标的签名不符`);
  if (toHex(sha256(signature)) !== v.randomness) throw new Error(`第 ${v.round} 轮信标的随机值不是其签名的摘要`);
}
