import { test as base, type ConsoleMessage, type Page } from "@playwright/test";

export { expect } from "@playwright/test";

/** What a page said that it should not have: console errors, uncaught errors, CSP violations. */
export interface Said {
  all: string[];
  /** Says beforehand that messages like this one belong to the test (a 404 asked for, a network cut). */
  allow: (pattern: RegExp) => void;
  /** Takes what was said so far, without what is allowed. */
  take: () => string[];
  /** Listens to another page, before it goes anywhere: someone else's, in a context of their own. */
  watch: (page: Page) => Promise<void>;
}

/**
 * Every test that uses a page fails when the page complains, whatever else it shows.
 * A violated content security policy is reported on the console too, and is taken
 * from the event as well, so that one without a message is not missed.
 */
export const test = base.extend<{ said: Said }>({
  said: [
    async ({ page }, use) => {
      const all: string[] = [];
      const allowed: RegExp[] = [];
      const take = (): string[] => all.splice(0).filter((text) => !allowed.some((pattern) => pattern.test(text)));
      const watch = async (page: Page): Promise<void> => {
        page.on("console", (message: ConsoleMessage) => {
          if (message.type() === "error" || message.type() === "warning") all.push(`${message.type()}: ${message.text()}`);
        });
        page.on("pageerror", (error) => all.push(`uncaught: ${String(error)}`));
        await page.exposeFunction("e2eViolation", (text: string) => all.push(`csp: ${text}`));
        await page.addInitScript(() => {
          document.addEventListener("securitypolicyviolation", (e) => {
            (window as unknown as { e2eViolation: (text: string) => void }).e2eViolation(
              `${e.violatedDirective} ${e.blockedURI}`,
            );
          });
        });
      };
      await watch(page);
      await use({ all, allow: (pattern) => allowed.push(pattern), take, watch });
      const complaints = take();
      if (complaints.length > 0) throw new Error(`页面报错：\n${complaints.join("\n")}`);
    },
    { auto: true },
  ],
});

/** What Chromium says of a main page whose status is 4xx. */
export const refusedPage = /status of 4\d\d/;

/** What Chromium says of a request that a test cut off. */
export const cutOff = /net::ERR_(FAILED|INTERNET_DISCONNECTED)/;
