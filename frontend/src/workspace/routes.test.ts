import { expect, it } from "vitest";
import { routes } from "./routes";
import served from "./routes.json";

// Otherwise a good address would answer 404 on reload, or a dead one 200.
it("serves exactly the routes that exist", () => {
  const paths = routes.flatMap((r) => r.children ?? []).map((r) => r.path);
  expect(paths.filter((p) => p !== "*").sort()).toEqual([...served].sort());
});
