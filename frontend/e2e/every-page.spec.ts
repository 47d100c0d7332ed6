import { addresses } from "./addresses";
import { desktop, meter, overflow, phone, violations } from "./measure";
import { expect, refusedPage, test } from "./watched";

/** What a public page may weigh in all: HTML, style, script and data as transferred. */
const budget = 60 * 1024;

/** The workspace loads a program once; its first screen has a budget of its own. */
const workspaceBudget = 300 * 1024;

/** So many parts that two workers share the walk evenly. */
const parts = 12;

for (let part = 0; part < parts; part++) {
  test(`every page holds what all pages promise, part ${part + 1} of ${parts}`, async ({ page, request, said }) => {
    test.setTimeout(300_000);
    said.allow(refusedPage);
    const bytes = await meter(page);
    const mine = (await addresses(request)).filter((_, at) => at % parts === part);
    expect(mine.length).toBeGreaterThan(5);

    for (const address of mine) {
      await page.setViewportSize(desktop);
      await bytes.taken();
      const answer = await page.goto(address);
      const isWorkspace = address.startsWith("/workspace");
      // A public page is whole when it has loaded; these two ask for data afterwards.
      if (isWorkspace || address === "/api/docs") await page.waitForLoadState("networkidle");
      const weight = await bytes.taken();

      expect.soft(answer?.status(), address).toBe(statusOf(address));
      expect.soft(weight, `${address}：传输字节`).toBeGreaterThan(500);
      expect.soft(weight, `${address}：传输字节`).toBeLessThanOrEqual(isWorkspace ? workspaceBudget : budget);
      expect.soft(await page.locator("h1").count(), `${address}：一级标题`).toBe(1);
      expect.soft(await page.title(), `${address}：标题`).toMatch(/运城市网上中介超市|工作台|网上中介超市/);
      expect.soft(await page.locator("html").getAttribute("lang"), address).toBe("zh-CN");
      expect.soft(await violations(page), `${address}：axe，1440`).toEqual([]);

      await page.setViewportSize(phone);
      expect.soft(await overflow(page), `${address}：390 宽时横向超出`).toBeLessThanOrEqual(0);
      expect.soft(await violations(page), `${address}：axe，390`).toEqual([]);
      expect.soft(said.take(), `${address}：控制台`).toEqual([]);
    }
  });
}

function statusOf(address: string): number {
  if (/no-such-page|00000000-0000/.test(address)) return 404;
  return !address.startsWith("/workspace") && /[?&]\w+=bad$/.test(address) ? 400 : 200;
}

test("the sitemap leads to items, approvals and departments", async ({ request }) => {
  const all = await addresses(request);
  for (const [section, least] of [
    ["/service-items/", 118],
    ["/approval-items/", 90],
    ["/departments/", 20],
    ["/agencies/", 2],
    ["/experts/", 2],
    ["/announcements/", 2],
  ] as const) {
    expect(all.filter((a) => a.startsWith(section)).length, section).toBeGreaterThanOrEqual(least);
  }
});
