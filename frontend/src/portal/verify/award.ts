import { sha256 } from "@noble/hashes/sha2.js";
import { concat, fromHex, toHex, utf8 } from "./bytes";
import { canonical } from "./canonical";
import { type Finding, Unchecked, check } from "./finding";
import { type AwardEvidence, awardEvidence } from "./format";
import { checkReceipt, lineOf, member } from "./ledger";

/** Checks that an award notice is what the public log has, word for word. */
export function* verifyAward(file: string, logKey: string): Generator<Finding, void> {
  let read: AwardEvidence | undefined;
  yield check("文件格式", () => {
    const a = awardEvidence(JSON.parse(file), "");
    if (a.version !== 1 || a.number === "" || a.procurement === "") throw new Error("应是第 1 版，并有编号和采购标识");
    read = a;
    return `通知书 ${a.number}`;
  });
  if (!read) return;
  const a = read;
  yield check("通知书内容", () => checkPaper(a));
  yield check(`日志回执（第 ${a.receipt.index} 条）`, () => checkReceipt(a.receipt, logKey));
}

function checkPaper(a: AwardEvidence): string {
  const line = lineOf(a.receipt);
  if (line.subject !== a.procurement) throw new Error("日志条目说的是另一个采购");
  if (member(a.award, "number") !== a.number) throw new Error(`通知书内容里的编号不是 ${a.number}`);
  const inner = member(line.body, "award");
  const hidden = differences(a.award, inner ?? line.body, inner === undefined ? "" : "/award", 0, a.salts ?? new Map<string, string>());
  if (hidden > 0) throw new Unchecked(`与日志条目相符，但有 ${hidden} 处个人信息在日志中只有加盐的摘要，没有盐，未核对`);
  return "与日志条目逐字相符";
}

/**
 * Throws where the paper is not what the line says. The log has long members of a body as
 * the digest of their JSON, and personal data as a salted digest; those without their
 * salt are counted.
 */
function differences(paper: unknown, line: unknown, at: string, depth: number, salts: Map<string, string>): number {
  if (canonical(paper ?? null) === canonical(line ?? null)) return 0;
  if (depth === 1 && isDigestOf(line, paper)) return 0;
  if (typeof paper === "string" && typeof line === "string" && /^salted-sha256:[0-9a-f]{64}$/.test(line)) {
    const salt = salts.get(at);
    if (salt === undefined) return 1;
    if (line === `salted-sha256:${toHex(sha256(concat(fromHex(salt), utf8(paper))))}`) return 0;
  }
  const [said, logged] = [members(paper), members(line)];
  if (!said || !logged || Array.isArray(paper) !== Array.isArray(line) || said.size !== logged.size) {
    throw new Error(`通知书内容与日志条目不同：${at}`);
  }
  let hidden = 0;
  for (const [name, value] of logged) {
    if (!said.has(name)) throw new Error(`通知书内容与日志条目不同：${at}/${name}`);
    hidden += differences(said.get(name), value, `${at}/${name}`, depth + 1, salts);
  }
  return hidden;
}

function members(value: unknown): Map<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

/** The log's JSON escapes what HTML could misread. */
function escaped(json: string): Uint8Array {
  return utf8(json.replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`));
}

function isDigestOf(line: unknown, paper: unknown): boolean {
  const digest = member(line, "sha256");
  return [JSON.stringify(paper), canonical(paper)].some((json) => {
    const bytes = escaped(json);
    return toHex(sha256(bytes)) === digest && bytes.length === member(line, "bytes");
  });
}
