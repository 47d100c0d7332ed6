import { expect, it } from "vitest";
import { screenOf } from "./messages";

it.each([
  ["/workspace/submissions/1", "/submissions/1"],
  ["/workspace", "/"],
  ["/workspace/", "/"],
  ["/submissions/1", "/submissions/1"],
])("%s is the screen %s", (link, screen) => {
  expect(screenOf(link)).toBe(screen);
});
