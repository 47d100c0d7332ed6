import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const css = readFileSync("src/shared/tokens.css", "utf8");

function luminance(token: string): number {
  const hex = new RegExp(`--${token}: #([0-9a-f]{3,6})`).exec(css)?.[1];
  if (!hex) throw new Error(`no token ${token}`);
  const full = hex.length === 3 ? hex.replace(/./g, "$&$&") : hex;
  const [r = 0, g = 0, b = 0] = [0, 2, 4].map((at) => {
    const c = parseInt(full.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(text: string, ground: string): number {
  const [a, b] = [luminance(text), luminance(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

// Every pairing the style sheets use for text; WCAG 2.1 AA (GB/T 37668) asks 4.5.
it.each([
  ["ink", "paper"],
  ["ink-2", "paper"],
  ["ink-3", "paper"],
  ["ink-2", "ground"],
  ["ink-3", "ground"],
  ["ink-2", "line-2"],
  ["brand", "paper"],
  ["brand", "ground"],
  ["brand-deep", "brand-wash"],
  ["ink-2", "brand-wash"],
  ["seal", "paper"],
  ["seal", "seal-wash"],
  ["ok", "ok-wash"],
  ["warn", "paper"],
  ["warn", "warn-wash"],
  ["paper", "brand"],
  ["paper", "brand-deep"],
])("%s reads on %s", (text, ground) => {
  expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
});
