import { expect, type Page } from "@playwright/test";
import axe from "axe-core";

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

/** WCAG 2.1 AA, which GB/T 37668 follows, and what axe counts as good practice. */
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

/**
 * What axe finds wrong, one line per rule with the elements it holds of. axe is run
 * by hand: its Playwright wrapper also brings home all that passed, four times slower.
 */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(async (values) => {
    const { run } = (window as unknown as { axe: typeof axe }).axe;
    const found = await run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary ?? ""}`).join(" | ")}`);
  }, tags);
}

/** How far the page is wider than the window, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Judged at both widths. */
export async function fits(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  for (const size of [desktop, phone]) {
    await page.setViewportSize(size);
    expect(await overflow(page), `${page.url()}：${size.width} 宽时横向超出`).toBeLessThanOrEqual(0);
    expect(await violations(page), `${page.url()}：axe，${size.width}`).toEqual([]);
  }
  await page.setViewportSize(desktop);
}

/**
 * Counts the bytes that arrive over the network, headers included, each page as a
 * first visit. taken() waits for what is under way: the load event may come before
 * the last file's bytes are reported. The icon, which Chromium asks for at leisure
 * after the page has loaded, is added by its size, so that the sum does not depend
 * on when it comes.
 */
export async function meter(page: Page): Promise<{ taken: () => Promise<number> }> {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  const underWay = new Set<string>();
  let bytes = 0;
  let settled = (): void => undefined;
  const end = (id: string): void => {
    underWay.delete(id);
    if (underWay.size === 0) settled();
  };
  client.on("Network.requestWillBeSent", (e) => {
    if (!isIcon(e.request.url)) underWay.add(e.requestId);
  });
  client.on("Network.loadingFailed", (e) => {
    end(e.requestId);
  });
  client.on("Network.loadingFinished", (e) => {
    if (underWay.has(e.requestId)) bytes += e.encodedDataLength;
    end(e.requestId);
  });
  return {
    taken: async () => {
      await client.send("Network.enable"); // answered after the events already on their way
      if (underWay.size > 0) await new Promise<void>((resolve) => (settled = resolve));
      const sum = bytes + (await iconWeight(page));
      bytes = 0;
      return sum;
    },
  };
}

function isIcon(url: string): boolean {
  return url.includes("/favicon-");
}

async function iconWeight(page: Page): Promise<number> {
  const icon = page.locator("link[rel=icon]");
  if ((await icon.count()) === 0) return 0;
  const answer = await page.request.get((await icon.first().getAttribute("href")) ?? "");
  return (await answer.body()).length + JSON.stringify(answer.headers()).length;
}
