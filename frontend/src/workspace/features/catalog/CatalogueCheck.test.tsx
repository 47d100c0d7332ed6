import { QueryClient } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { BrowserRouter } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Providers } from "../../Providers";
import { CatalogueCheck } from "./CatalogueCheck";
import { anItem } from "./item.fixture";

let answer: (url: URL) => Promise<Response>;

beforeEach(() => {
  vi.stubGlobal("fetch", (request: Request) => answer(new URL(request.url)));
  Element.prototype.scrollIntoView = vi.fn();
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function open(at = "/"): void {
  window.history.replaceState(null, "", at);
  render(
    <Providers client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <BrowserRouter>
        <CatalogueCheck />
      </BrowserRouter>
    </Providers>,
  );
}

function catalogueOf(n: number): void {
  const all = Array.from({ length: n }, (_, i) =>
    anItem({ code: `ZJ${String(i).padStart(4, "0")}`, name: `事项${i}号`, basisStrength: i % 10 === 0 ? "none" : "direct" }),
  );
  answer = (url) => {
    const from = Number(url.searchParams.get("cursor") ?? 0);
    const to = from + Number(url.searchParams.get("limit"));
    const nextCursor = to < n ? { nextCursor: String(to) } : {};
    return Promise.resolve(Response.json({ items: all.slice(from, to), total: n, ...nextCursor }));
  };
}

it("keeps the layout while the catalogue is read", () => {
  answer = () => new Promise(() => undefined);
  open();
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("事项清单体检");
  expect(screen.getByText("正在读取")).toBeTruthy();
});

it("says what failed, and reads again when asked", async () => {
  const detail = "处理超时，请稍后再试";
  answer = () => Promise.resolve(Response.json({ detail, requestId: "abc12345" }, { status: 503 }));
  open();
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain(detail);
  expect(alert.textContent).toContain("abc12345");
  catalogueOf(3);
  fireEvent.click(within(alert).getByRole("button", { name: "重试" }));
  await screen.findByRole("heading", { name: "全部事项" });
});

it("tells a dead network from a refusal", async () => {
  answer = () => Promise.reject(new TypeError("Failed to fetch"));
  open();
  expect((await screen.findByRole("alert")).textContent).toContain("连接不上服务器");
});

it("says how to fill an empty catalogue", async () => {
  catalogueOf(0);
  open();
  expect(await screen.findByText(/zjcs import items/)).toBeTruthy();
});

it("reads every page of the catalogue", async () => {
  catalogueOf(230);
  open();
  await screen.findByText((_, node) => node?.tagName === "P" && node.textContent.startsWith("共 230 项"));
});

it("leads from a figure to its items, and carries the filter in the address", async () => {
  catalogueOf(30);
  open();
  fireEvent.click(await screen.findByRole("link", { name: /^3 项.*依据：无/ }));
  const heading = screen.getByRole("heading", { name: "设定依据：无" });
  expect(document.activeElement).toBe(heading);
  expect(screen.getByRole("status").textContent).toContain("共 3 项");
  expect(window.location.search).toBe("?basis=none");
});

it("narrows by what is typed, and clears", async () => {
  catalogueOf(30);
  open();
  const box = await screen.findByRole("searchbox", { name: "名称或编码" });
  fireEvent.change(box, { target: { value: "事项2" } });
  await waitFor(() => {
    expect(screen.getByRole("status").textContent).toContain("共 11 项");
  });
  fireEvent.change(box, { target: { value: "没有这样的" } });
  expect(await screen.findByText("没有符合条件的事项。去掉一个条件再试。")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "清除筛选" }));
  await waitFor(() => {
    expect((box as HTMLInputElement).value).toBe("");
  });
  expect(window.location.search).toBe("");
});

it("opens with the filter of the address and names what it could not read", async () => {
  catalogueOf(30);
  open("/?basis=strong&unverified=fee_type");
  expect((await screen.findByRole("alert")).textContent).toContain("设定依据“strong”");
  expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "待核实的字段" }).value).toBe("fee_type");
});

it("loses no key when a drop-down is changed quickly", async () => {
  catalogueOf(30);
  open();
  const basis = await screen.findByRole<HTMLSelectElement>("combobox", { name: "设定依据" });
  for (const value of ["direct", "indirect", "none"]) fireEvent.change(basis, { target: { value } });
  expect(basis.value).toBe("none");
  expect(window.location.search).toBe("?basis=none");
  window.history.pushState({ key: "another", idx: 1 }, "", "/?sector=水利");
  fireEvent.popState(window);
  expect(await screen.findByRole("heading", { name: "行业：水利" })).toBeTruthy();
  expect(basis.value).toBe("");
});

it("folds a long list and unfolds it", async () => {
  catalogueOf(30);
  open();
  const unfold = await screen.findByRole("button", { name: "显示其余 10 项" });
  const folded = (): number => document.querySelectorAll("tr.print-only").length;
  expect(folded()).toBe(10);
  fireEvent.click(unfold);
  expect(folded()).toBe(0);
});
