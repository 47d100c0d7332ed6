import { useMutation, useQuery, useQueryClient, type UseMutationResult } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { api, done, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { date } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { may, type Me } from "../../frame/me";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import type { Account } from "./Accounts";
import { ReasonDialog } from "./reasonDialog";
import { grantBody, hasRole, noGrant, StaffRoleFields } from "./StaffRoleFields";

type Grant = components["schemas"]["Grant"];
type Step = { is: "state" } | { is: "factor" } | { is: "award" } | { is: "withdraw"; grant: Grant };

/** One account: its grants past and present, and what can be done with it. */
export function AccountDialog({ me, account: a, close }: { me: Me; account: Account; close: () => void }) {
  const [step, setStep] = useState<Step>();
  const grants = useQuery({
    queryKey: ["grants", a.id],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/grants", { params: { query: { personId: a.id } }, signal }))).items,
  });
  const back = (): void => { setStep(undefined); };
  if (step?.is === "award") return <AwardDialog account={a} close={back} />;
  if (step !== undefined) return <StepDialog account={a} step={step} close={back} />;
  const self = a.id === me.personId;
  return (
    <Dialog title={a.name} close={close}>
      <p>{[a.login, a.email, a.phone].filter((w) => w !== undefined && w !== "").join(" · ")}</p>
      {grants.data === undefined ? (
        grants.error ? <ReadFault fault={grants.error} retry={() => void grants.refetch()} /> : <RowsSkeleton rows={2} />
      ) : (
        <ul className="grants" aria-label="授权">
          {grants.data.map((g) => (
            <li key={g.id}>
              <p>
                <b>{g.label}</b> {[g.organisation?.name ?? g.regionName, g.sector].filter((w) => w !== undefined && w !== "").join(" · ")}{" "}
                {g.live ? <Tag color="success">有效</Tag> : <Tag>已失效</Tag>}
              </p>
              <small>
                {date(g.grantedAt)} {g.grantedBy ?? "注册所得"}：{g.reason}
                {g.validUntil === undefined ? "" : `，至 ${date(g.validUntil)}`}
                {g.revokedAt === undefined ? "" : `；${date(g.revokedAt)} 由 ${g.revokedBy ?? ""} 收回：${g.revokedReason ?? ""}`}
              </small>
              {g.live && !self && may(me, "grant:manage") ? (
                <Button onClick={() => { setStep({ is: "withdraw", grant: g }); }}>
                  收回<span className="visually-hidden">{g.label}</span>
                </Button>
              ) : null}
            </li>
          ))}
        </ul>
      )}
      {self ? <p className="tell">自己的账号和授权须由另一位管理员办理。</p> : null}
      <div className="form-actions">
        {!self && may(me, "grant:manage") && a.state === "active" ? <Button type="primary" onClick={() => { setStep({ is: "award" }); }}>再授权</Button> : null}
        {!self && may(me, "account:manage") && a.state !== "erased" ? (
          <Button danger={a.state === "active"} onClick={() => { setStep({ is: "state" }); }}>{a.state === "active" ? "停用账号" : "启用账号"}</Button>
        ) : null}
        {!self && may(me, "account:manage") && a.hasSecondFactor ? <Button onClick={() => { setStep({ is: "factor" }); }}>清除二次验证</Button> : null}
        <Button onClick={close}>关闭</Button>
      </div>
    </Dialog>
  );
}

function useManage<T>(of: (value: T) => Promise<unknown>, close: () => void): UseMutationResult<unknown, Error, T> {
  const client = useQueryClient();
  return useMutation({
    mutationFn: of,
    onSuccess: async () => {
      await Promise.all([client.invalidateQueries({ queryKey: ["accounts"] }), client.invalidateQueries({ queryKey: ["grants"] })]);
      close();
    },
  });
}

function StepDialog({ account: a, step, close }: { account: Account; step: Exclude<Step, { is: "award" }>; close: () => void }) {
  const path = { id: a.id };
  const on = a.state === "active";
  const run = useManage((reason: string) => {
    if (step.is === "state") return done(api.PUT("/api/v1/accounts/{id}/state", { params: { path }, body: { state: on ? "disabled" : "active", reason } }));
    if (step.is === "factor") return done(api.DELETE("/api/v1/accounts/{id}/totp", { params: { path }, body: { reason } }));
    return done(api.DELETE("/api/v1/grants/{id}", { params: { path: { id: step.grant.id } }, body: { reason } }));
  }, close);
  const words = {
    state: on
      ? { title: `停用${a.name}的账号？`, act: "停用", told: "全部登录立即退出，停用期间不能登录。" }
      : { title: `启用${a.name}的账号？`, act: "启用", told: "启用后可以用原来的密码登录。" },
    factor: { title: `清除${a.name}的二次验证？`, act: "清除", told: "先核实是本人。全部登录立即退出；工作人员下次登录须重新设置。" },
    withdraw: { title: `收回${a.name}的授权？`, act: "收回", told: step.is === "withdraw" ? `收回“${step.grant.label}”，从下一次操作起生效。` : "" },
  }[step.is];
  return (
    <ReasonDialog
      title={words.title}
      act={words.act}
      danger={step.is === "withdraw" || on}
      pending={run.isPending}
      fault={run.error}
      done={(reason) => { run.mutate(reason); }}
      close={close}
    >
      <p>{words.told}</p>
    </ReasonDialog>
  );
}

function AwardDialog({ account: a, close }: { account: Account; close: () => void }) {
  const [grant, setGrant] = useState(noGrant);
  const award = useManage(
    () => (hasRole(grant) ? read(api.POST("/api/v1/grants", { body: { personId: a.id, ...grantBody(grant) } })) : Promise.reject(new Error("请选择角色"))),
    close,
  );
  return (
    <Dialog title={`给${a.name}授权`} close={close}>
      <form noValidate onSubmit={(event) => { event.preventDefault(); award.mutate(undefined); }}>
        <StaffRoleFields grant={grant} change={setGrant} faults={faultsOf(award.error)} />
        <ActFault fault={award.error} />
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={award.isPending}>授权</Button>
          <Button onClick={close}>不授权</Button>
        </div>
      </form>
    </Dialog>
  );
}
