import type { RouteObject } from "react-router";
import { expect, it } from "vitest";
import { routes } from "./routes";
import served from "./routes.json";

function paths(all: readonly RouteObject[]): string[] {
  return all.flatMap((r) => [...(r.path === undefined ? [] : [r.path]), ...paths(r.children ?? [])]);
}

// Otherwise a good address would answer 404 on reload, or a dead one 200.
it("serves exactly the routes that exist", () => {
  expect(paths(routes).filter((p) => p !== "*").sort()).toEqual([...served].sort());
});
