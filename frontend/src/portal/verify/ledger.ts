import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromBase64, same, toHex, utf8 } from "./bytes";
import { Unchecked } from "./finding";
import type { Receipt } from "./format";

/** RFC 6962: a leaf and a node can never be taken for each other. */
export function leafHash(line: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0), line));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(1), left, right));
}

/** Whether the audit path leads from the leaf to the root (RFC 9162 section 2.1.3.2). */
export function included(leaf: Uint8Array, index: number, size: number, path: Uint8Array[], root: Uint8Array): boolean {
  if (index < 0 || index >= size) return false;
  let fn = BigInt(index);
  let sn = BigInt(size) - 1n;
  let hash = leaf;
  for (const p of path) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      hash = nodeHash(p, hash);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      hash = nodeHash(hash, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && same(hash, root);
}

interface LogKey {
  name: string;
  id: Uint8Array;
  key: Uint8Array;
}

/** The public key of a log as C2SP signed-note writes it: name+id+base64. */
export function parseLogKey(text: string): LogKey {
  const parts = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(text.trim());
  const [, name = "", id = "", encoded = ""] = parts ?? [];
  let raw = new Uint8Array();
  try {
    raw = Uint8Array.from(fromBase64(encoded));
  } catch {
    // told below
  }
  if (raw.length !== 33 || raw[0] !== 1) throw new Error("日志公钥应是 名称+摘要+公钥 的形式");
  const digest = sha256(concat(utf8(`${name}\n`), raw)).slice(0, 4);
  if (toHex(digest) !== id) throw new Error("日志公钥的摘要与公钥不符");
  return { name, id: digest, key: raw.slice(1) };
}

const signatureLine = /^— (\S+) (\S+)$/;

export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

/** Reads a checkpoint; with a key, only after its signature. */
export function openCheckpoint(note: string, logKey: string): Checkpoint {
  const split = note.lastIndexOf("\n\n");
  const signatures = note.slice(split + 2).split("\n");
  if (split < 0 || signatures.pop() !== "" || signatures.length === 0 || !signatures.every((line) => signatureLine.test(line))) {
    throw new Error("检查点没有签名，或签名写得不对");
  }
  const signed = note.slice(0, split + 1);
  const [origin = "", count = "", root = ""] = signed.split("\n");
  if (!/^(?:0|[1-9]\d{0,14})$/.test(count)) throw new Error(`检查点的条数 ${count} 不是整数`);
  const checkpoint = { origin, size: Number(count), root: fromBase64(root) };
  if (logKey === "") return checkpoint;

  const key = parseLogKey(logKey);
  if (origin !== key.name) throw new Error(`检查点是日志 ${origin} 的，公钥是 ${key.name} 的`);
  const good = signatures.some((line) => {
      const [, name, encoded = ""] = signatureLine.exec(line) ?? [];
      if (name !== key.name) return false;
      try {
        const raw = fromBase64(encoded);
        return same(raw.slice(0, 4), key.id) && ed25519.verify(raw.slice(4), utf8(signed), key.key, { zip215: false });
      } catch {
        return false;
      }
    });
  if (!good) throw new Error("检查点的签名不是这个公钥的");
  return checkpoint;
}

/** A line of the public log, as far as a verifier reads it. */
export interface Line {
  subject: string;
  body: unknown;
}

/** The receipt's line, after checking its hash. */
export function lineOf(r: Receipt): Line {
  const raw = fromBase64(r.leaf);
  const hash = toHex(leafHash(raw));
  if (hash !== r.leafHash) throw new Error(`日志条目的摘要是 ${hash}，回执所载是 ${r.leafHash}`);
  const line: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
  if (typeof line !== "object" || line === null) throw new Error("日志条目不是 JSON 对象");
  const id = member(line, "id");
  if (typeof id === "string" && id !== r.entry) throw new Error(`日志条目的标识是 ${id}，回执所载是 ${r.entry}`);
  const subject = member(line, "subject");
  return { subject: typeof subject === "string" ? subject : "", body: member(line, "body") };
}

/** A member of foreign JSON; undefined where there is none. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return (Object.entries(value) as [string, unknown][]).find(([n]) => n === name)?.[1];
}

/** Throws unless the proof leads to a checkpoint that the log signed. */
export function checkReceipt(r: Receipt, logKey: string): string {
  if (!r.checkpoint) throw new Unchecked("回执没有包含证明和签名检查点");
  const checkpoint = openCheckpoint(r.checkpoint, logKey);
  const path = (r.proof ?? []).map(fromBase64);
  if (!included(leafHash(fromBase64(r.leaf)), r.index, checkpoint.size, path, checkpoint.root)) {
    throw new Error(`包含证明不能从第 ${r.index} 条推到检查点的根`);
  }
  if (logKey === "") throw new Unchecked("没有给出日志公钥，未核对检查点的签名");
  return "包含证明和检查点签名有效";
}
