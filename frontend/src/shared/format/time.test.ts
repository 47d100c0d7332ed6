import { expect, it } from "vitest";
import { until } from "./time";

it("writes the end of a day as 24:00 of that day", () => {
  expect(until("2026-11-30T16:00:00Z")).toBe("2026-11-30 24:00");
  expect(until("2026-11-30T16:00:01Z")).toBe("2026-12-01 00:00");
  expect(until("2026-11-30T09:00:00Z")).toBe("2026-11-30 17:00");
});
