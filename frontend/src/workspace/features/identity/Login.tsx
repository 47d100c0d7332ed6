import { useQueryClient } from "@tanstack/react-query";
import { Navigate, useLocation } from "react-router";
import { useMe } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault } from "../../frame/states";
import { nextPath } from "./next";
import { PasswordStep } from "./PasswordStep";
import { SecondFactorStep } from "./SecondFactorStep";
import type { Welcome } from "./signIn";

/** Password first, then, where one is set up, the second factor. */
export function Login() {
  const { data: me, error, refetch } = useMe();
  const client = useQueryClient();
  const { search } = useLocation();
  const arrived = (w: Welcome): void => {
    client.removeQueries({ predicate: (q) => q.queryKey[0] !== "me" && q.queryKey[0] !== "regions" });
    client.setQueryData(["me"], w.me);
  };

  if (me?.signedIn && !me.secondFactorRequired) return <Navigate to={nextPath(search)} replace />;
  if (me?.secondFactorRequired) {
    return (
      <Page title="二次验证" lede="密码已通过。再输入手机验证器上的数字。">
        <SecondFactorStep arrived={arrived} />
      </Page>
    );
  }
  return (
    <Page title="登录" lede="项目业主、中介机构、专家和审核监督人员在这里登录办事。查公开信息不用登录。">
      {error ? <ReadFault fault={error} retry={() => void refetch()} /> : null}
      <PasswordStep me={me} arrived={arrived} />
    </Page>
  );
}
