import { expect, test } from "./watched";

const item = "建设项目环境影响报告书编制";

test("finds an item by browsing, then who can do it", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: /^生态环境/ }).click();
  await expect(page).toHaveURL(/sector=/);
  await page.getByRole("link", { name: item }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(item);
  await expect(page.getByRole("heading", { name: "找谁办" })).toBeVisible();
  await page.getByRole("link", { name: /^全部 .*家$/ }).click();
  await expect(page).toHaveURL(/\/agencies\?item=ZJ0049/);
  const first = page.getByRole("region", { name: "机构列表" }).locator("a.list-title").first();
  const name = await first.innerText();
  await first.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  await expect(page.getByRole("heading", { name: "承接的事项" })).toBeVisible();
  await expect(page.getByRole("link", { name: item })).toBeVisible();
});

for (const [words, what, found] of [
  ["环评", "the short name everyone uses", item],
  ["hjyxpj", "initials", "环境影响评价文件技术评估"],
  ["hjyxbgs", "initials inside the name", item],
  ["huanjingyingxiang", "pinyin", item],
  ["ZJ0049", "the code", item],
] as const) {
  test(`finds an item by ${what}: ${words}`, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("main").getByRole("searchbox").or(page.getByRole("main").getByRole("combobox")).fill(words);
    await page.getByRole("main").getByRole("button", { name: "搜索" }).click();
    await expect(page).toHaveURL(new RegExp(`/search\\?q=`));
    await page.getByRole("region", { name: "搜索结果" }).getByRole("link", { name: found }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(found);
  });
}

test("finds an agency by the beginning of its credit code", async ({ page, request }) => {
  const { items } = (await (await request.get("/api/v1/agencies?limit=1")).json()) as { items: { name: string; uscc: string }[] };
  const agency = items[0];
  if (!agency) throw new Error("示例市场里没有机构");
  await page.goto(`/search?q=${agency.uscc.slice(0, 12)}`);
  await page.getByRole("region", { name: "搜索结果" }).getByRole("link", { name: agency.name }).first().click();
  await expect(page.getByText(agency.uscc)).toBeVisible();
});

test("chooses a suggestion with the keyboard alone", async ({ page }) => {
  await page.goto("/");
  const box = page.getByRole("main").getByRole("combobox");
  await box.focus();
  await page.keyboard.type("环境影响");
  const lines = page.getByRole("listbox", { name: "搜索建议" }).getByRole("option");
  await expect(lines.first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(lines.first()).toHaveAttribute("aria-selected", "true");
  await expect(box).toHaveAttribute("aria-activedescendant", (await lines.first().getAttribute("id")) ?? "no id");
  await page.keyboard.press("Escape");
  await expect(lines).toHaveCount(0);
  await expect(box).toHaveValue("环境影响");
  await page.keyboard.press("ArrowDown");
  await expect(lines.first()).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/(service-items|approval-items|agencies|experts|announcements|departments)\//);
});

test("goes from an approval to the services it needs", async ({ page }) => {
  await page.goto("/approval-items?q=取水许可");
  await page.getByRole("link", { name: "取水许可", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("取水许可");
  await page.getByRole("link", { name: /水资源论证/ }).first().click();
  await expect(page.getByText("设定依据", { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "取水许可", exact: true })).toBeVisible();
});

test("takes a filter off again", async ({ page }) => {
  await page.goto("/service-items?basis=none");
  await expect(page.getByText(/^共 6 项/)).toBeVisible();
  await page.getByRole("link", { name: /去掉条件/ }).click();
  await expect(page).toHaveURL(/\/service-items$/);
  await expect(page.getByText(/^共 118 项/)).toBeVisible();
});

test("turns the page and comes back to the first", async ({ page }) => {
  await page.goto("/service-items");
  const rows = page.getByRole("region", { name: "事项列表" }).locator("a.list-title");
  const first = await rows.first().innerText();
  await page.getByRole("link", { name: "下一页" }).click();
  await expect(rows.first()).not.toHaveText(first);
  await page.getByRole("link", { name: "回到第一页" }).click();
  await expect(rows.first()).toHaveText(first);
});

test("reaches the text first with the keyboard", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "跳到正文" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("sees invented data marked, and names of people masked", async ({ page }) => {
  await page.goto("/agencies");
  await page.getByRole("region", { name: "机构列表" }).locator("a.list-title").first().click();
  await expect(page.getByText("示例数据").first()).toBeVisible();
  const people = page.getByRole("table").filter({ hasText: "执业类别" }).locator("tbody th");
  for (const name of await people.allInnerTexts()) expect(name).toMatch(/[*＊某]/);
});
