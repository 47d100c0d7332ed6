/**
 * The proof of work in place of a picture captcha: ALTCHA's format, version 1. The
 * server sends a challenge; a number is searched whose SHA-256 with the salt is the
 * challenge; what solve() gives is sent back with the form as it is.
 *
 * Own code, not the altcha widget: its ready build starts workers from blob: addresses
 * and writes its styles into the page, neither of which `script-src 'self'; style-src
 * 'self'` allows, and the build without them is 80 kB. The digests are the browser's own;
 * the page keeps drawing and answering between batches, so no worker is needed.
 */

/** What the server sends (internal/identity/credential, Challenge). */
export interface Challenge {
  /** Always "SHA-256". */
  readonly algorithm: string;
  /** hex(SHA-256(salt + number)), 64 hexadecimal digits. */
  readonly challenge: string;
  /** The largest number to try. */
  readonly maxnumber: number;
  /** "<24 hexadecimal digits>?expires=<Unix seconds>&" */
  readonly salt: string;
  /** The server's, sent back unchanged. */
  readonly signature: string;
}

export interface SolveOptions {
  /** Ends the search when the person leaves. */
  readonly signal?: AbortSignal;
  /** Told the share searched so far, 0 to 1, now and then. It may end well before 1. */
  readonly onProgress?: (share: number) => void;
}

/** Why there is no answer, in words for the person. */
export class CaptchaError extends Error {
  override readonly name = "CaptchaError";
}

/** Digests asked for at once, some ten milliseconds: then the page gets its turn to draw and to listen. */
const batch = 512;

/**
 * The payload for the server: base64 of the JSON
 * {"algorithm","challenge","number","salt","signature"}. Rejects with CaptchaError, or
 * with an AbortError when the signal is aborted.
 */
export async function solve(challenge: Challenge, options: SolveOptions = {}): Promise<string> {
  if (challenge.algorithm !== "SHA-256") {
    throw new CaptchaError("页面版本过旧，请刷新后重试");
  }
  const number = await search(challenge, options);
  const { algorithm, challenge: digest, salt, signature } = challenge;
  return btoa(JSON.stringify({ algorithm, challenge: digest, number, salt, signature }));
}

async function search({ challenge, maxnumber, salt }: Challenge, { signal, onProgress }: SolveOptions): Promise<number> {
  const digest = digester();
  for (let from = 0; from <= maxnumber; from += batch) {
    if (signal?.aborted) throw new DOMException("solving was given up", "AbortError");
    const numbers = Array.from({ length: Math.min(batch, maxnumber - from + 1) }, (_, i) => from + i);
    const digests = await Promise.all(numbers.map((n) => digest(salt + String(n))));
    const found = digests.indexOf(challenge);
    if (found >= 0) return from + found;
    onProgress?.(Math.min(1, (from + batch) / (maxnumber + 1)));
    await new Promise((turn) => setTimeout(turn));
  }
  throw new CaptchaError("验证没有完成，请重试");
}

function digester(): (text: string) => Promise<string> {
  // Over plain http, except on this machine, browsers hide it.
  const subtle = (globalThis as { crypto?: Partial<Crypto> }).crypto?.subtle;
  if (!subtle) throw new CaptchaError("此浏览器无法完成验证，请用 https 地址打开本站，或换用较新的浏览器");
  const encoder = new TextEncoder();
  return async (text) => hex(await subtle.digest("SHA-256", encoder.encode(text)));
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
}
