import { expect, it } from "vitest";
import { asked, changesOf, csvAddress, noFilter } from "./auditLog";

it("asks only for what was chosen", () => {
  expect(asked(noFilter)).toEqual({});
  expect(csvAddress({ ...noFilter, q: "张三&李四", outcome: "read" })).toBe("/api/v1/audit-log.csv?q=%E5%BC%A0%E4%B8%89%26%E6%9D%8E%E5%9B%9B&outcome=read");
});

it("says a change in words", () => {
  expect(changesOf({ state: ["active", "disabled"], role: [null, "operator"], grants: [[], { n: 1 }] })).toEqual([
    { field: "state", before: "active", after: "disabled" },
    { field: "role", before: "（无）", after: "operator" },
    { field: "grants", before: "[]", after: '{"n":1}' },
  ]);
});

it.each([[undefined], [null], ["text"], [[1, 2]], [3]])("makes nothing of what is no change: %j", (v) => {
  expect(changesOf(v)).toEqual([]);
});
