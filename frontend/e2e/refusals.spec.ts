import { cutOff, expect, refusedPage, test } from "./watched";

test("an address that leads nowhere says so and offers the search", async ({ page, said }) => {
  said.allow(refusedPage);
  const answer = await page.goto("/no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("没有找到");
  await page.getByRole("main").getByRole("combobox").fill("水保");
  await page.getByRole("main").getByRole("button", { name: "搜索" }).click();
  await expect(page.getByRole("region", { name: "搜索结果" })).toBeVisible();
});

test("a bad filter says what would be right and how to go on", async ({ page, said }) => {
  said.allow(refusedPage);
  const answer = await page.goto("/service-items?basis=bad");
  expect(answer?.status()).toBe(400);
  await expect(page.getByText(/设定依据.*direct（直接）/)).toBeVisible();
  await page.getByRole("link", { name: "去掉筛选条件" }).click();
  await expect(page.getByText(/^共 118 项/)).toBeVisible();
});

test("an empty search says what can be typed", async ({ page }) => {
  await page.goto("/search");
  await expect(page.getByText("简称（环评、能评、水保、安评）")).toBeVisible();
});

test("a search without result keeps the words and offers ways on", async ({ page }) => {
  await page.goto("/search?q=没有这样的内容zzz");
  await expect(page.getByRole("heading", { name: "没有找到“没有这样的内容zzz”" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("combobox")).toHaveValue("没有这样的内容zzz");
  await page.getByRole("link", { name: "从审批事项查起" }).click();
  await expect(page).toHaveURL(/\/approval-items$/);
});

test("an unknown API path answers a problem in Chinese", async ({ request }) => {
  const answer = await request.get("/api/v1/no-such-thing");
  expect(answer.status()).toBe(404);
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
  expect(((await answer.json()) as { detail: string }).detail).toContain("/api/docs");
});

test("without a network the search box stays a search box", async ({ page, said }) => {
  said.allow(cutOff);
  await page.goto("/");
  let asked = 0;
  await page.route("**/api/v1/search/suggestions**", async (route) => {
    asked++;
    await route.abort();
  });
  const box = page.getByRole("main").getByRole("combobox");
  await box.pressSequentially("环评");
  await expect.poll(() => asked).toBeGreaterThan(0);
  await expect(page.getByRole("listbox")).toBeHidden();
  await expect(box).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/search\?q=/);
});

test("an unknown address of the workspace is 404, and a missing file is no page", async ({ page, request, said }) => {
  said.allow(refusedPage);
  const answer = await page.goto("/workspace/no-such-page");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("没有这个页面");
  await page.getByRole("link", { name: "返回工作台首页" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("登录"); // nobody is signed in

  const gone = await request.get("/workspace/assets/gone.js");
  expect(gone.status()).toBe(404);
  expect(gone.headers()["content-type"]).not.toContain("text/html");
  expect((await request.get("/assets/gone.js")).status()).toBe(404);
});
