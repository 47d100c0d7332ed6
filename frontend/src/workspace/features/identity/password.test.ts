import { expect, it } from "vitest";
import { passwordRules } from "./password";

const kept = (password: string, known = {}): boolean[] => passwordRules(password, known).map((r) => r.kept);

it("counts characters, not bytes", () => {
  expect(kept("黄河在咆哮不停地流着")).toEqual([true, true, true]);
  expect(kept("黄河在咆哮")[0]).toBe(false);
  expect(kept("x".repeat(129))[0]).toBe(false);
});

it("finds what others know of the person", () => {
  expect(kept("zhangsan-2026-ok", { login: "zhangsan" })[1]).toBe(false);
  expect(kept("my.ZHANGSAN.pass", { email: "zhangsan@example.com" })[1]).toBe(false);
  expect(kept("correct horse battery", { login: "zhangsan", name: "" })[1]).toBe(true);
});

it.each(["1234567890", "abcdefghijk", "aaaaaaaaaaaa", "9876543210"])("refuses %s", (password) => {
  expect(kept(password)[2]).toBe(false);
});

it("promises nothing of an empty one", () => {
  expect(kept("")).toEqual([false, false, false]);
});
