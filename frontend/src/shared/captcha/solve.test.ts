import { afterEach, expect, it, vi } from "vitest";
import fixture from "./captcha.fixture.json";
import { CaptchaError, solve } from "./solve";

// The fixture is held to the server's code by TestTheBrowsersSolverAndThisCheckAgree:
// it makes this challenge and takes this payload.
const { challenge, payload } = fixture;

afterEach(() => {
  vi.unstubAllGlobals();
});

it("finds the answer that the server takes, written as the server expects", async () => {
  expect(await solve(challenge)).toBe(payload);
});

it("tells how far it is, never more than all", async () => {
  const shares: number[] = [];
  await solve(challenge, { onProgress: (share) => shares.push(share) });
  expect(shares.length).toBeGreaterThan(0);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
});

it("tries every number up to the last, and no further", async () => {
  const { number } = JSON.parse(atob(payload)) as { number: number };
  expect(await solve({ ...challenge, maxnumber: number })).toBe(payload);
  await expect(solve({ ...challenge, maxnumber: number - 1 })).rejects.toThrow(CaptchaError);
});

it("stops when the person leaves", async () => {
  const leaving = new AbortController();
  const solving = solve({ ...challenge, challenge: "0".repeat(64), maxnumber: 1e9 }, { signal: leaving.signal, onProgress: () => { leaving.abort(); } });
  await expect(solving).rejects.toHaveProperty("name", "AbortError");
});

it("says what would help where the browser hides its digests", async () => {
  vi.stubGlobal("crypto", {});
  await expect(solve(challenge)).rejects.toThrow("https");
});

it("does not guess at an algorithm it does not know", async () => {
  await expect(solve({ ...challenge, algorithm: "SHA-512" })).rejects.toThrow("刷新");
});
