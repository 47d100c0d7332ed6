import { expect, test } from "./watched";

// The public pages are HTML from the server: everything on them works without scripts.
test.use({ javaScriptEnabled: false });

test("finds out what an approval needs", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "这个审批要哪些中介服务？" }).click();
  await page.getByRole("searchbox", { name: "审批事项名称" }).fill("取水许可");
  await page.getByRole("button", { name: "查找" }).click();
  await page.getByRole("link", { name: "取水许可", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("取水许可");
  await page.getByRole("link", { name: /水资源论证/ }).first().click();
  await expect(page.getByText("设定依据", { exact: true })).toBeVisible();
});

test("filters by a form whose address can be shared", async ({ page }) => {
  await page.goto("/service-items");
  const form = page.getByRole("form", { name: "筛选" });
  await form.getByRole("group", { name: "设定依据" }).getByRole("radio", { name: /^无/ }).check();
  await form.getByRole("combobox", { name: "行业" }).selectOption("自然资源");
  await form.getByRole("button", { name: "筛选" }).click();
  await expect(page).toHaveURL(/basis=none/);
  await expect(page).toHaveURL(/sector=/);
  const shown = await page.getByText(/^共 \d+ 项/).innerText();
  await page.goto(page.url());
  await expect(page.getByText(/^共 \d+ 项/)).toHaveText(shown);
  await expect(page.getByText(/^共 3 项/)).toBeVisible();
});

test("searches", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("main").getByRole("searchbox").fill("环评");
  await page.getByRole("main").getByRole("button", { name: "搜索" }).click();
  await expect(page.getByRole("region", { name: "搜索结果" }).getByRole("link", { name: "建设项目环境影响报告书编制" }).first()).toBeVisible();
});

test("offers no button that would do nothing", async ({ page }) => {
  await page.goto("/service-items/ZJ0049");
  await expect(page.getByRole("button", { name: "打印" })).toBeHidden();
});

test("is told what the workspace and the API page need", async ({ page }) => {
  await page.goto("/workspace/");
  // Playwright's text search passes <noscript> by, so its link stands for it.
  await expect(page.locator("noscript a")).toBeVisible();
  await page.goto("/api/docs");
  await expect(page.locator("noscript a").first()).toBeVisible();
});
