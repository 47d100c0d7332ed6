import { join } from "node:path";
import { oneOfEach } from "./addresses";
import { desktop, phone } from "./measure";
import { test } from "./watched";

/** Git-ignored; emptied by nobody, overwritten by the next run. */
const folder = join(import.meta.dirname, "../shots");

for (const size of [desktop, phone]) {
  test(`pictures at ${size.width}`, async ({ page, request, said }) => {
    test.setTimeout(300_000);
    said.allow(/.*/); // pictures only; the other tests judge
    await page.setViewportSize(size);
    for (const address of await oneOfEach(request)) {
      await page.goto(address);
      await page.waitForLoadState("networkidle");
      const name = decodeURIComponent(address).replace(/^\//, "").replaceAll(/[/?=&]+/g, "_") || "home";
      await page.screenshot({ path: join(folder, `${name}-${size.width}.png`), fullPage: true });
    }
  });
}
