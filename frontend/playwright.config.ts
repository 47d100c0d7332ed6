import { defineConfig } from "@playwright/test";

const chromium = process.env.ZJCS_CHROMIUM ?? "/usr/bin/chromium";

/**
 * The real program, started by e2e/program.ts, in a real Chromium. With ZJCS_E2E_URL
 * the tests look at a program that already runs and start none.
 */
export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/program.ts",
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    // Set by e2e/program.ts before a worker reads this file.
    baseURL: process.env.ZJCS_E2E_URL ?? "http://127.0.0.1:8080",
    viewport: { width: 1440, height: 900 },
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      // Chromium's own calls home would wait on a closed network.
      args: [
        "--no-sandbox",
        "--headless",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
