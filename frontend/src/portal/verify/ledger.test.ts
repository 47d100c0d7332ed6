// @vitest-environment node
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { concat, toBase64, toHex, utf8 } from "./bytes";
import { Unchecked } from "./finding";
import type { Receipt } from "./format";
import { checkReceipt, included, leafHash, openCheckpoint } from "./ledger";

const name = "example.invalid/test";

function keyOf(seed: number, called = name): { secret: Uint8Array; text: string; id: Uint8Array } {
  const secret = new Uint8Array(32).fill(seed);
  const raw = concat(Uint8Array.of(1), ed25519.getPublicKey(secret));
  const id = sha256(concat(utf8(`${called}\n`), raw)).slice(0, 4);
  return { secret, id, text: `${called}+${toHex(id)}+${toBase64(raw)}` };
}

function signed(text: string, key = keyOf(1), called = name): string {
  return `${text}\n— ${called} ${toBase64(concat(key.id, ed25519.sign(utf8(text), key.secret)))}\n`;
}

/** The root and the audit path of a leaf, written down from RFC 6962 section 2.1 itself. */
function tree(leaves: Uint8Array[], at: number): { root: Uint8Array; path: Uint8Array[] } {
  const [only] = leaves;
  if (leaves.length === 1 && only) return { root: leafHash(only), path: [] };
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  const left = tree(leaves.slice(0, k), Math.min(at, k - 1));
  const right = tree(leaves.slice(k), Math.max(at - k, 0));
  const root = sha256(concat(Uint8Array.of(1), left.root, right.root));
  return { root, path: at < k ? [...left.path, right.root] : [...right.path, left.root] };
}

const leaves = Array.from({ length: 40 }, (_, i) => utf8(`line ${i}`));

describe("inclusion", () => {
  it("holds for every line of every tree, and for no other root, line, path or place", () => {
    for (let size = 1; size <= leaves.length; size++) {
      for (let at = 0; at < size; at++) {
        const { root, path } = tree(leaves.slice(0, size), at);
        const leaf = leafHash(leaves[at] ?? new Uint8Array());
        expect(included(leaf, at, size, path, root)).toBe(true);
        expect(included(leafHash(utf8("another")), at, size, path, root)).toBe(false);
        expect(included(leaf, at, size, [...path, root], root)).toBe(false);
        expect(included(leaf, size, size, path, root)).toBe(false);
        expect(included(leaf, at, size, path, leaf)).toBe(size === 1);
        if (size > 1) {
          expect(included(leaf, at, size, path.slice(1), root)).toBe(false);
          expect(included(leaf, at === 0 ? 1 : at - 1, size, path, root)).toBe(false);
        }
      }
    }
  });

  it("does not take a part of the tree for the tree", () => {
    const leaf = leafHash(utf8("line 0"));
    expect(included(leaf, 0, 2, [], leaf)).toBe(false);
    expect(included(leaf, -1, 1, [], leaf)).toBe(false);
  });
});

describe("a checkpoint", () => {
  const text = `${name}\n40\n${toBase64(tree(leaves, 0).root)}\n`;
  const note = signed(text);
  const open = (n: string, key = keyOf(1).text) => () => openCheckpoint(n, key);

  it("is taken with the log's own signature", () => {
    expect(openCheckpoint(note, keyOf(1).text).size).toBe(40);
    // Others may have signed beside it.
    expect(openCheckpoint(`${note}${signed(text, keyOf(2)).slice(text.length + 1)}`, keyOf(1).text).size).toBe(40);
  });

  it.each<[string, string]>([
    ["signed by another key", signed(text, { ...keyOf(2), id: keyOf(1).id })],
    ["of another size", note.replace("\n40\n", "\n41\n")],
    ["of another origin", signed(text.replace(name, "example.invalid/other"))],
    ["signed under another name", signed(text, keyOf(1), "example.invalid/other")],
    ["unsigned", text],
    ["unsigned with an empty line", `${text}\n`],
    ["with a tail", `${note}x`],
    ["with a size that is none", signed(text.replace("40", "040"))],
    ["with a root that is none", signed(`${name}\n40\nx\n`)],
    ["empty", ""],
  ])("is refused %s", (_, bad) => {
    expect(open(bad)).toThrow();
  });

  it("is refused with another key of the same name", () => {
    expect(open(note, keyOf(2).text)).toThrow();
  });

  it("carries a receipt, whose signature stays unchecked without a key", () => {
    const { path } = tree(leaves, 5);
    const leaf = utf8("line 5");
    const receipt: Receipt = { entry: "e", index: 5, leaf: toBase64(leaf), leafHash: toHex(leafHash(leaf)), proof: path.map(toBase64), checkpoint: note };
    expect(checkReceipt(receipt, keyOf(1).text)).toContain("有效");
    expect(() => checkReceipt(receipt, "")).toThrow(Unchecked);
    expect(() => checkReceipt({ ...receipt, index: 6 }, "")).toThrow("包含证明");
    expect(() => checkReceipt({ ...receipt, index: 6 }, "")).not.toThrow(Unchecked);
    expect(() => checkReceipt({ ...receipt, checkpoint: "" }, keyOf(1).text)).toThrow(Unchecked);
  });
});
