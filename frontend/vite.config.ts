import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./build/precompress.ts";

// Two faces from one build. The portal's entries are named in the manifest and
// linked by the Go templates; the workspace is an HTML entry served by the program.
export default defineConfig({
  plugins: [react(), precompress()],
  build: {
    manifest: true,
    target: "es2020", // the portal's scripts run on phones five years old
    assetsInlineLimit: 0, // the portal's CSP names only its own files
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        portal: "src/portal/portal.ts",
        verify: "src/portal/verify.ts", // of the pages that recompute a draw, alone
        workspace: "index.html",
        apidocs: "apidocs.html",
      },
    },
  },
  // npm run dev shows the workspace at /workspace/ and the API page at /apidocs.html,
  // with data from a program running beside it.
  server: { proxy: { "/api/v1": process.env.ZJCS_DEV_API ?? "http://127.0.0.1:8080" } },
  test: {
    environment: "jsdom",
    css: { include: [/tokens\.css/] }, // the workspace reads its colours from there
    include: ["src/**/*.test.{ts,tsx}", "build/**/*.test.ts"],
  },
});
