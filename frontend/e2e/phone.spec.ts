import { phone } from "./measure";
import { expect, test } from "./watched";

test.use({ viewport: phone, isMobile: true, hasTouch: true });

/** 44 px, less what rounding takes. */
const thumb = 43.5;

for (const address of ["/", "/service-items", "/service-items/ZJ0049", "/agencies", "/approval-items/SP0001", "/workspace/login", "/workspace/register", "/workspace/catalogue-check", "/api/docs"]) {
  test(`targets are large enough for a thumb: ${address}`, async ({ page }) => {
    await page.goto(address);
    await page.waitForLoadState("networkidle");
    const small = await page.evaluate(
      (least) =>
        [...document.querySelectorAll<HTMLElement>("a, button, input, select, summary")]
          // WCAG 2.5.8 leaves out links in running text; a list of facts is text. A radio is as large as its label.
          .filter((e) => !e.closest("p, dd, td, .footer p, .visually-hidden") && e.checkVisibility() && !e.matches(".skip, [type=radio]"))
          .map((e) => ({ words: e.textContent.trim() || e.tagName, height: e.getBoundingClientRect().height }))
          .filter((e) => e.height < least),
      thumb,
    );
    expect(small).toEqual([]);
  });
}

test("opens the filters, chooses, and sees what was chosen", async ({ page }) => {
  await page.goto("/service-items");
  const form = page.getByRole("form", { name: "筛选" });
  await expect(form).toBeHidden();
  await page.locator("summary", { hasText: "筛选" }).tap();
  await form.getByRole("group", { name: "设定依据" }).getByRole("radio", { name: /^无/ }).check();
  await form.getByRole("button", { name: "筛选" }).tap();
  await expect(page.getByRole("list", { name: "已选条件" })).toContainText("无");
  await expect(page.getByText(/^共 6 项/)).toBeVisible();
});

for (const address of ["/service-items/ZJ0001", "/workspace/fee-standards"]) {
  test(`reads the rows of a fee table across: ${address}`, async ({ page }) => {
    await page.goto(address);
    const names = page.locator(".standard tbody th[scope=row]");
    await expect(names.first()).toBeVisible();
    const tall = await names.evaluateAll((all) =>
      all
        .filter((th) => th.checkVisibility())
        .map((th) => {
          const text = document.createRange();
          text.selectNodeContents(th);
          return { words: th.textContent, lines: new Set([...text.getClientRects()].map((r) => r.top)).size };
        })
        .filter((name) => name.lines > Math.ceil(name.words.length / 5)),
    );
    expect(tall).toEqual([]);
  });
}

test("reads a workspace row as a block", async ({ page }) => {
  await page.goto("/workspace/catalogue-check?basis=none");
  const row = page.locator("table.items tbody tr").first();
  await expect(row).toBeVisible();
  expect((await row.boundingBox())?.width).toBeLessThanOrEqual(phone.width);
  await expect(row.getByRole("link")).toBeVisible();
});
