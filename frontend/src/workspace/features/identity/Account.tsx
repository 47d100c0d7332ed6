import { useQueryClient } from "@tanstack/react-query";
import { Alert } from "antd";
import { useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { PageSkeleton } from "../../frame/states";
import { Links } from "./Links";
import { Password } from "./Password";
import { PersonalData } from "./PersonalData";
import { Profile } from "./Profile";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

/** Everything about one's own account on one page. */
export function Account() {
  const { data: me } = useMe();
  return (
    <Page title="我的账号" lede={me === undefined ? "" : rolesOf(me)}>
      {me === undefined ? <PageSkeleton /> : <Parts me={me} />}
    </Page>
  );
}

function rolesOf(me: Me): string {
  const all = me.roles.map((r) => [r.label, r.organisation?.name ?? r.regionName, r.sector].filter((w) => w !== undefined && w !== "").join(" · "));
  return all.length === 0 ? "这个账号现在没有角色" : all.join("；");
}

function Parts({ me }: { me: Me }) {
  const client = useQueryClient();
  const changed = (): Promise<void> => client.invalidateQueries({ queryKey: ["me"] });
  if (me.secondFactorSetupRequired) {
    return (
      <>
        <Alert className="notice" type="warning" showIcon title="工作人员须先设置二次验证，之后才能办事" description="密码会被猜到、被骗走；手机上的验证器是第二道锁。设置只要一两分钟。" />
        <SecondFactor me={me} changed={changed} />
      </>
    );
  }
  return (
    <div className="account">
      <Profile me={me} changed={changed} />
      <Password me={me} />
      <SecondFactor me={me} changed={changed} />
      <Sessions />
      {me.oidcName === undefined || me.oidcName === "" ? null : <Links name={me.oidcName} />}
      <PersonalData />
    </div>
  );
}
