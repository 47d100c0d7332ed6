import type { RouteObject } from "react-router";
import { Broken } from "./frame/Broken";
import { Frame } from "./frame/Frame";
import { NotFound } from "./frame/NotFound";
import { PageSkeleton } from "./frame/states";

/**
 * Each screen is a chunk of its own. The server answers 200 for the addresses in
 * routes.json alone, so a route added here is added there; a test compares them.
 */
export const routes: RouteObject[] = [
  {
    element: <Frame />,
    errorElement: <Broken />,
    hydrateFallbackElement: <PageSkeleton />,
    children: [
      {
        path: "/",
        lazy: async () => ({ Component: (await import("./features/catalog/CatalogueCheck")).CatalogueCheck }),
      },
      {
        path: "/fee-standards",
        lazy: async () => ({ Component: (await import("./features/fee/FeeStandards")).FeeStandards }),
      },
      { path: "*", element: <NotFound /> },
    ],
  },
];
