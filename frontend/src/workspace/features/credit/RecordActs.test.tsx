import { cleanup, render, screen } from "@testing-library/react";
import { QueryClient } from "@tanstack/react-query";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, expect, it } from "vitest";
import { Providers } from "../../Providers";
import { RecordActs } from "./RecordActs";
import type { Detail } from "./credit";

const record: Detail = {
  id: "1", agencyId: "2", agencyName: "甲公司", uscc: "91350100M000100Y43", rubric: "G-SUBCONTRACT", version: 1, level: "general", levelLabel: "一般", conduct: "转包",
  tenths: -90, veto: false, state: "notified", stateLabel: "已告知，待申辩", proposedAt: "2026-03-01T00:00:00Z", awaits: false, demo: false, legalBasis: "待核实",
  mildTenths: -60, harshTenths: -150, proposedTenths: -90, facts: "事实", source: "检查", imported: false, allowedActions: [], files: [], course: [],
};

function show(change: Partial<Detail>): void {
  const routes = createMemoryRouter([{ path: "/", element: <RecordActs r={{ ...record, ...change }} /> }]);
  render(
    <Providers client={new QueryClient()}>
      <RouterProvider router={routes} />
    </Providers>,
  );
}

afterEach(cleanup);

it("offers what the server allows, and nothing else", () => {
  show({ allowedActions: ["defend"], timeLeft: "还剩 2 天 3 小时" });
  expect(screen.getByRole("button", { name: "提交申辩" })).toBeDefined();
  expect(screen.getByText(/还剩 2 天 3 小时/)).toBeDefined();
  expect(screen.queryByRole("button", { name: "认定并公布" })).toBeNull();
});

it("says why a record may not be confirmed yet", () => {
  show({ whyNot: "申辩期到 2026-03-08 24:00 截止" });
  expect(screen.getByText(/申辩期到/)).toBeDefined();
  expect(screen.queryAllByRole("button")).toHaveLength(0);
});

it("names the first day of a repair before it has come", () => {
  show({ state: "published", stateLabel: "已公布，计分中", confirmedAt: "2026-03-01T00:00:00Z", repairFrom: "2026-06-01", appealUntil: "2026-04-30", allowedActions: ["overturn"] });
  expect(screen.getByText(/最早 2026-06-01 可以申请/)).toBeDefined();
  expect(screen.getByRole("button", { name: "申诉" })).toBeDefined();
  expect(screen.queryByRole("button", { name: "申请信用修复" })).toBeNull();
});
