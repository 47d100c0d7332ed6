import { readFile } from "node:fs/promises";
import { meter } from "./measure";
import { cutOff, expect, test } from "./watched";

const budget = 300 * 1024;

async function total(request: import("@playwright/test").APIRequestContext, query: string): Promise<number> {
  const answer = (await (await request.get(`/api/v1/service-items?limit=1&${query}`)).json()) as { total: number };
  return answer.total;
}

test("the first screen stays within its budget", async ({ page }) => {
  const bytes = await meter(page);
  await page.goto("/workspace/catalogue-check");
  await expect(page.getByText(/^共 118 项/)).toBeVisible();
  await page.waitForLoadState("networkidle");
  const weight = await bytes.taken();
  test.info().annotations.push({ type: "transferred", description: String(weight) });
  console.log(`工作台首屏传输 ${(weight / 1024).toFixed(1)} KB`);
  expect(weight).toBeGreaterThan(50 * 1024);
  expect(weight).toBeLessThanOrEqual(budget);
});

for (const [figure, query] of [
  [/项\s*设定依据的事项/, "unverified=legal_basis"],
  [/项\s*事项名称的事项/, "unverified=name"],
  [/项\s*依据：无的事项/, "basis=none"],
  [/项\s*依据：间接的事项/, "basis=indirect"],
] as const) {
  test(`a figure equals what the API counts and the list it leads to: ${query}`, async ({ page, request }) => {
    await page.goto("/workspace/catalogue-check");
    const link = page.getByRole("link", { name: figure });
    const n = await total(request, query);
    await expect(link).toContainText(`${n} 项`);
    await link.click();
    await expect(page).toHaveURL(new RegExp(query));
    await expect(page.getByText(new RegExp(`^共 ${n} 项`))).toBeVisible();
    await expect(page.locator("#items")).toBeFocused();
  });
}

test("filters with the keyboard alone, and the address brings the list back", async ({ page }) => {
  await page.goto("/workspace/catalogue-check");
  await page.getByRole("searchbox", { name: "名称或编码" }).focus();
  await page.keyboard.type("评价");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("combobox", { name: "设定依据" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(page).toHaveURL(/basis=none/);
  const shown = await page.getByText(/^共 \d+ 项/).innerText();
  await page.reload();
  await expect(page.getByText(/^共 \d+ 项/)).toHaveText(shown);
  await expect(page.getByRole("searchbox", { name: "名称或编码" })).toHaveValue("评价");
});

test("the file has the rows shown, for Excel", async ({ page }) => {
  await page.goto("/workspace/catalogue-check?basis=none");
  await expect(page.getByText(/^共 6 项/)).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "下载 CSV" }).click()]);
  expect(file.suggestedFilename()).toMatch(/^事项清单体检-\d{8}\.csv$/);
  const text = await readFile(await file.path(), "utf8");
  expect(text.startsWith("\uFEFF编码,事项,")).toBe(true);
  const rows = text.trimEnd().split("\r\n").slice(1);
  expect(rows).toHaveLength(6);
  for (const row of rows) expect(row).toMatch(/^ZJ\d{4},/);
});

test("leads to the item's public page", async ({ page }) => {
  await page.goto("/workspace/catalogue-check?q=ZJ0049");
  await page.getByRole("rowheader").getByRole("link").click();
  await expect(page).toHaveURL(/\/service-items\/ZJ0049$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("建设项目环境影响报告书编制");
});

test("an unreachable server is said, and tried again", async ({ page, said }) => {
  said.allow(cutOff);
  await page.route("**/api/v1/service-items**", (route) => route.abort());
  await page.goto("/workspace/catalogue-check");
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("连接不上服务器");
  await page.unroute("**/api/v1/service-items**");
  await page.getByRole("button", { name: "重试" }).click();
  await expect(page.getByText(/^共 118 项/)).toBeVisible();
});

test("a lost network is said, and what was read stays", async ({ page, context }) => {
  await page.goto("/workspace/catalogue-check");
  await expect(page.getByText(/^共 118 项/)).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText("网络已断开。")).toBeVisible();
  await page.getByRole("link", { name: /^6 项/ }).click();
  await expect(page.getByText(/^共 6 项/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("网络已断开。")).toBeHidden();
});

test("keeps the layout while the data is on its way", async ({ page }) => {
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/api/v1/service-items**", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/workspace/catalogue-check");
  await expect(page.locator(".cards[aria-busy=true] .card")).toHaveCount(4);
  release();
  await expect(page.locator(".cards[aria-busy=true]")).toHaveCount(0);
});

test("shows the fee standards as tables, and moves the focus to the new screen", async ({ page }) => {
  await page.goto("/workspace/catalogue-check");
  await page.getByRole("link", { name: "收费标准" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("收费标准");
  await expect(page.locator("#main")).toBeFocused();
  const table = page.getByRole("region", { name: /^工程设计收费：收费基价/ });
  await expect(table.getByRole("row", { name: /^5,000 163\.9$/ })).toBeVisible();
  await page.getByRole("link", { name: "水土保持咨询服务费" }).click();
  await expect(page.getByRole("heading", { name: /水土保持咨询服务费/ })).toBeInViewport();
});

test("a visitor is led to sign in, and sees what needs no account", async ({ page }) => {
  await page.goto("/workspace/submissions?view=queue");
  await expect(page).toHaveURL(/\/workspace\/login\?next=%2Fsubmissions%3Fview%3Dqueue$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("登录");
  await page.getByRole("link", { name: "收费标准" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("收费标准");
  await expect(page.getByRole("navigation", { name: "工作台" }).getByRole("link", { name: "登录" })).toBeVisible();
});
