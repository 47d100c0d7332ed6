import { createHmac } from "node:crypto";
import { expect, type Browser, type Page } from "@playwright/test";

/** The one password of the sample accounts: e2e/program.ts starts the program with it. */
export const samplePassword = process.env.ZJCS_DEMO_PASSWORD ?? "";

/** Signs in as a person does, and waits for the first screen. */
export async function signIn(page: Page, login: string, password = samplePassword): Promise<void> {
  await page.goto("/workspace/login");
  await page.getByLabel("登录名或已验证的邮箱").fill(login);
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: /^今天/ })).toBeVisible();
}

/** A browser of someone else: cookies of their own. */
export async function someoneElse(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}

/** The number an authenticator shows (RFC 6238). */
export function totp(secret: string, at = Date.now()): string {
  const bits = Array.from(secret.replaceAll(/[\s=]/g, ""), (c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

/** A unified social credit code with its check character (GB 32100-2015), of nobody. */
export function newUSCC(): string {
  const body = "91140899" + "MA0" + Array.from({ length: 6 }, () => alphabet[Math.floor(Math.random() * 31)] ?? "0").join("");
  let sum = 0;
  let weight = 1;
  for (const c of body) {
    sum += alphabet.indexOf(c) * weight;
    weight = (weight * 3) % 31;
  }
  return body + (alphabet[(31 - (sum % 31)) % 31] ?? "0");
}

/** A citizen's number that checks out (GB 11643), born 1980-01-02 where nobody is. */
export function newCitizenID(): string {
  const body = `14089919800102${String(Math.floor(Math.random() * 1000)).padStart(3, "0")}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((n, w, i) => n + w * Number(body[i]), 0);
  return body + ("10X98765432"[sum % 11] ?? "");
}

/** The smallest thing that is a PDF. */
export const pdf = {
  name: "材料.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from(
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n",
  ),
};

/** Different in every run, so that a market tested twice holds no double. */
export const mark = Math.random().toString(36).slice(2, 8);
