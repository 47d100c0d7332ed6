import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** `npm run shots`: a picture of every kind of page at both widths, into shots/, for people to look at. */
export default defineConfig(tests, { testMatch: "shots.ts", reporter: [["dot"]] });
