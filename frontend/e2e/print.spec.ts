import { expect, test } from "./watched";

test.beforeEach(async ({ page }) => {
  await page.emulateMedia({ media: "print" });
});

for (const address of ["/service-items/ZJ0049", "/approval-items/SP0001"]) {
  test(`prints the text and not the furniture: ${address}`, async ({ page }) => {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("table").or(page.locator("dl.facts")).first()).toBeVisible();
    for (const furniture of ["nav.nav", "form.search", ".footer nav", "button"]) {
      for (const one of await page.locator(furniture).all()) await expect(one, furniture).toBeHidden();
    }
  });
}

/** The text width of A4 in CSS pixels: paper narrower than a tablet is still paper. */
const paper = { width: 718, height: 1000 };

test("prints every row of the workspace's list, folded or not", async ({ page }) => {
  await page.setViewportSize(paper);
  await page.goto("/workspace/catalogue-check");
  const rows = page.locator("table.items tbody tr");
  await expect(rows).toHaveCount(118);
  await expect(rows.last()).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "待核实", exact: true })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "工作台" })).toBeHidden();
  await expect(page.getByRole("search")).toBeHidden();
  for (const button of await page.locator("button").all()) await expect(button).toBeHidden();
});
