import { createRoot } from "react-dom/client";
import { createBrowserRouter, RouterProvider } from "react-router";
import { Providers } from "./Providers";
import { queryClient } from "./queries";
import { routes } from "./routes";
import "../shared/tokens.css";
import "./workspace.css";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Providers client={queryClient()}>
      <RouterProvider router={createBrowserRouter(routes, { basename: "/workspace" })} />
    </Providers>,
  );
}
