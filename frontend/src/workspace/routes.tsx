import { Navigate, useLocation, type RouteObject } from "react-router";
import { Broken } from "./frame/Broken";
import { EntryFrame } from "./frame/EntryFrame";
import { Frame } from "./frame/Frame";
import { NotFound } from "./frame/NotFound";
import { SignedIn } from "./frame/SignedIn";
import { PageSkeleton } from "./frame/states";

/** An address that letters and providers still lead to. */
function Moved({ to }: { to: string }) {
  return <Navigate to={to + useLocation().search} replace />;
}

/**
 * Each screen is a chunk of its own. The server answers 200 for the addresses in
 * routes.json alone, so a route added here is added there; a test compares them.
 */
export const routes: RouteObject[] = [
  {
    element: <EntryFrame />,
    errorElement: <Broken />,
    hydrateFallbackElement: <PageSkeleton />,
    children: [
      { path: "/login", lazy: async () => ({ Component: (await import("./features/identity/Login")).Login }) },
      { path: "/sign-in", element: <Moved to="/login" /> },
      { path: "/register", lazy: async () => ({ Component: (await import("./features/identity/Register")).Register }) },
      { path: "/forgot-password", lazy: async () => ({ Component: (await import("./features/identity/ForgotPassword")).ForgotPassword }) },
      { path: "/reset-password", element: <Moved to="/forgot-password" /> },
      { path: "/reset-password/:token", lazy: async () => ({ Component: (await import("./features/identity/ResetPassword")).ResetPassword }) },
      { path: "/verify-email/:token", lazy: async () => ({ Component: (await import("./features/identity/VerifyEmail")).VerifyEmail }) },
    ],
  },
  {
    element: <Frame />,
    errorElement: <Broken />,
    hydrateFallbackElement: <PageSkeleton />,
    children: [
      {
        element: <SignedIn />,
        children: [
          { path: "/", lazy: async () => ({ Component: (await import("./today/Today")).Today }) },
          { path: "/submissions", lazy: async () => ({ Component: (await import("./features/review/Submissions")).Submissions }) },
          { path: "/submissions/:id", lazy: async () => ({ Component: (await import("./features/review/Submission")).Submission }) },
          { path: "/procurements", lazy: async () => ({ Component: (await import("./features/procurement/Procurements")).Procurements }) },
          { path: "/procurements/:id", lazy: async () => ({ Component: (await import("./features/procurement/Procurement")).Procurement }) },
          { path: "/contracts", lazy: async () => ({ Component: (await import("./features/contract/Contracts")).Contracts }) },
          { path: "/contracts/:id", lazy: async () => ({ Component: (await import("./features/contract/Contract")).Contract }) },
          { path: "/credit-records", lazy: async () => ({ Component: (await import("./features/credit/Records")).Records }) },
          { path: "/credit-records/propose", lazy: async () => ({ Component: (await import("./features/credit/Propose")).Propose }) },
          { path: "/credit-records/:id", lazy: async () => ({ Component: (await import("./features/credit/Record")).Record }) },
          { path: "/credit-bans", lazy: async () => ({ Component: (await import("./features/credit/Bans")).Bans }) },
          { path: "/credit-people/:id", lazy: async () => ({ Component: (await import("./features/credit/People")).People }) },
          { path: "/credit-rubric", lazy: async () => ({ Component: (await import("./features/credit/Rubric")).Rubric }) },
          { path: "/workload", lazy: async () => ({ Component: (await import("./features/review/Workload")).Workload }) },
          { path: "/messages", lazy: async () => ({ Component: (await import("./features/notice/Messages")).Messages }) },
          { path: "/deliveries", lazy: async () => ({ Component: (await import("./features/exchange/Deliveries")).Deliveries }) },
          { path: "/deliveries/:id", lazy: async () => ({ Component: (await import("./features/exchange/Delivery")).Delivery }) },
          { path: "/accounts", lazy: async () => ({ Component: (await import("./features/identity/Accounts")).Accounts }) },
          { path: "/audit", lazy: async () => ({ Component: (await import("./features/supervision/AuditLog")).AuditLog }) },
          { path: "/members", lazy: async () => ({ Component: (await import("./features/identity/Members")).Members }) },
          { path: "/account", lazy: async () => ({ Component: (await import("./features/identity/Account")).Account }) },
          { path: "/new", lazy: async () => ({ Component: (await import("./features/review/New")).New }) },
        ],
      },
      {
        path: "/catalogue-check",
        lazy: async () => ({ Component: (await import("./features/catalog/CatalogueCheck")).CatalogueCheck }),
      },
      { path: "/fee-standards", lazy: async () => ({ Component: (await import("./features/fee/FeeStandards")).FeeStandards }) },
      { path: "*", element: <NotFound /> },
    ],
  },
];
