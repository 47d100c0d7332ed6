import { expect, it } from "vitest";
import { nextPath } from "./next";

it.each([
  ["", "/"],
  ["?next=%2Fsubmissions%3Fview%3Dqueue", "/submissions?view=queue"],
  ["?next=https%3A%2F%2Fevil.example", "/"],
  ["?next=%2F%2Fevil.example", "/"],
  ["?next=%2F%5Cevil.example", "/"],
  ["?next=javascript:alert(1)", "/"],
  ["?next=%2Flogin%3Fnext%3D%2F", "/"],
])("%s leads to %s", (search, path) => {
  expect(nextPath(search)).toBe(path);
});
