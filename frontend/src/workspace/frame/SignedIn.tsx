import { Navigate, Outlet, useLocation } from "react-router";
import { useMe } from "./me";
import { PageSkeleton, ReadFault } from "./states";

/** Screens of the signed-in: a visitor signs in first and comes back to where they meant to go. */
export function SignedIn() {
  const { data: me, error, refetch } = useMe();
  const { pathname, search } = useLocation();
  if (me === undefined) return error ? <ReadFault fault={error} retry={() => void refetch()} /> : <PageSkeleton />;
  if (!me.signedIn || me.secondFactorRequired) {
    const to = pathname + search;
    return <Navigate to={to === "/" ? "/login" : `/login?next=${encodeURIComponent(to)}`} replace />;
  }
  if (me.secondFactorSetupRequired && pathname !== "/account") return <Navigate to="/account" replace />;
  return <Outlet />;
}
