import { meter, overflow, phone, violations } from "./measure";
import { expect, test } from "./watched";

// A judge that never finds anything passes everything: each is shown a fault.

test("axe finds a box without a name and grey text on white", async ({ page }) => {
  await page.goto("/");
  await page.locator("main").evaluate((main) => {
    main.insertAdjacentHTML("beforeend", "<input><p id=faint>看不清的字</p>");
    document.getElementById("faint")?.style.setProperty("color", "#bbb");
  });
  const found = (await violations(page)).join("\n");
  expect(found).toMatch(/^label: <input>/m);
  expect(found).toMatch(/^color-contrast: <p id="faint"/m);
});

test("a page wider than a phone is seen", async ({ page }) => {
  await page.setViewportSize(phone);
  await page.goto("/");
  expect(await overflow(page)).toBe(0);
  await page.locator("main").evaluate((main) => {
    main.insertAdjacentHTML("beforeend", "<pre>" + "宽".repeat(200) + "</pre>");
    (main.lastElementChild as HTMLElement).style.whiteSpace = "pre";
  });
  expect(await overflow(page)).toBeGreaterThan(0);
});

test("an inline script is refused by the policy, and seen", async ({ page, said }) => {
  await page.goto("/");
  await page.locator("main").evaluate((main) => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    main.append(script);
  });
  await expect.poll(() => said.all.some((text) => text.startsWith("csp: script-src"))).toBe(true);
  expect(await page.evaluate(() => "ran" in window)).toBe(false);
  expect(said.take().length).toBeGreaterThanOrEqual(2);
});

test("an error on the console, and one nobody caught, are seen", async ({ page, said }) => {
  await page.goto("/");
  await page.evaluate(() => {
    console.error("planted");
    setTimeout(() => {
      throw new Error("uncaught and planted");
    });
  });
  await expect.poll(() => said.all.length).toBe(2);
  expect(said.take()).toEqual(["error: planted", expect.stringContaining("uncaught and planted")]);
});

test("bytes are counted anew for each page, its files with it", async ({ page, request }) => {
  const bytes = await meter(page);
  await page.goto("/about");
  const first = await bytes.taken();
  const html = (await (await request.get("/about")).body()).length;
  expect(first).toBeGreaterThan(2_000);
  await page.goto("/about");
  expect(Math.abs((await bytes.taken()) - first)).toBeLessThan(200);
  expect(html).toBeGreaterThan(1_000);
});
