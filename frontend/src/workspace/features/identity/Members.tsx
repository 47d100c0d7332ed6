import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { api, done, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { date } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { RadioField, TextField } from "../../frame/fields";
import { useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { useFirstFault } from "../../frame/useFirstFault";

type Grant = components["schemas"]["Grant"];
type Organisation = components["schemas"]["Organisation"];

const title = "单位人员";

/** Who acts for my organisation: delegated and taken back by its administrator. */
export function Members() {
  const { data: me } = useMe();
  if (me === undefined) return null;
  const own = organisationsOf(me);
  return (
    <Page title={title} lede="谁可以代表本单位办事。授权和收回都会记入日志。">
      {own.length === 0 ? <p className="card">您没有代表任何单位。</p> : own.map((o) => <Organisation key={o.id} me={me} organisation={o} />)}
    </Page>
  );
}

function organisationsOf(me: Me): Organisation[] {
  const all = me.roles.map((r) => r.organisation).filter((o) => o !== undefined && o.kind !== "expert");
  return [...new Map(all.filter((o) => o !== undefined).map((o) => [o.id, o])).values()];
}

function Organisation({ me, organisation: o }: { me: Me; organisation: Organisation }) {
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Grant>();
  const members = useQuery({
    queryKey: ["members", o.id],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/organisations/{id}/members", { params: { path: { id: o.id } }, signal }))).items,
  });
  const manages = me.roles.some((r) => r.organisation?.id === o.id && r.role.endsWith("_admin"));
  return (
    <section className="card" aria-labelledby={o.id}>
      <div className="card-head">
        <h2 id={o.id}>{o.name}</h2>
        {manages ? <Button type="primary" onClick={() => { setAdding(true); }}>授权一个人</Button> : null}
      </div>
      {o.uscc === undefined || o.uscc === "" ? null : <p className="tell">统一社会信用代码 {o.uscc}</p>}
      {members.data === undefined ? (
        members.error ? <ReadFault fault={members.error} retry={() => void members.refetch()} /> : <RowsSkeleton rows={2} />
      ) : (
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">姓名</th>
              <th scope="col">角色</th>
              <th scope="col">授权</th>
              <th scope="col">到期</th>
              <th scope="col"><span className="visually-hidden">办理</span></th>
            </tr>
          </thead>
          <tbody>
            {members.data.map((g) => (
              <tr key={g.id}>
                <th scope="row">
                  {g.personName} {g.personId === me.personId ? <Tag>我</Tag> : null}
                </th>
                <td>{g.label}</td>
                <td data-label="授权">
                  {date(g.grantedAt)} {g.grantedBy ?? g.reason}
                </td>
                <td data-label="到期">{g.validUntil === undefined ? "长期" : date(g.validUntil)}</td>
                <td>
                  {manages && g.personId !== me.personId ? (
                    <Button onClick={() => { setLeaving(g); }}>
                      收回<span className="visually-hidden">{g.personName}的授权</span>
                    </Button>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {adding ? <Delegate organisation={o} mail={me.mail} close={() => { setAdding(false); }} /> : null}
      {leaving === undefined ? null : <Dismiss organisation={o} grant={leaving} close={() => { setLeaving(undefined); }} />}
    </section>
  );
}

function Delegate({ organisation: o, mail, close }: { organisation: Organisation; mail: boolean; close: () => void }) {
  const [v, setV] = useState({ name: "", email: "", phone: "", validUntil: "", admin: "no" });
  const client = useQueryClient();
  const agency = o.kind === "agency";
  const delegate = useMutation({
    mutationFn: () =>
      read(
        api.POST("/api/v1/organisations/{id}/members", {
          params: { path: { id: o.id } },
          body: {
            name: v.name,
            email: v.email,
            ...(v.phone === "" ? {} : { phone: v.phone }),
            ...(v.admin === "yes" ? { role: agency ? "agency_admin" : "purchaser_admin" } : {}),
            // To the end of the day named.
            ...(v.validUntil === "" ? {} : { validUntil: `${v.validUntil}T23:59:59+08:00` }),
          },
        }),
      ),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["members", o.id] });
      close();
    },
  });
  const faults = faultsOf(delegate.error);
  const form = useFirstFault(delegate.error);
  const field = (name: "name" | "email" | "phone" | "validUntil") => ({
    value: v[name],
    change: (value: string) => { setV((old) => ({ ...old, [name]: value })); },
    fault: faults[name],
  });
  return (
    <Dialog title={`授权一个人代表${o.name}`} close={close}>
      <form ref={form} noValidate onSubmit={(event) => { event.preventDefault(); delegate.mutate(); }}>
        {mail ? null : <p className="seal-words">本平台没有配置邮件，发不出邀请。请联系管理员。</p>}
        <ActFault fault={delegate.error} />
        <TextField label="姓名" autoComplete="off" {...field("name")} />
        <TextField label="邮箱" type="email" help="邀请寄到这里；已有账号的填账号的邮箱" autoComplete="off" {...field("email")} />
        <TextField label="电话" type="tel" optional autoComplete="off" {...field("phone")} />
        <RadioField
          label="可以做什么"
          value={v.admin}
          change={(admin) => { setV((old) => ({ ...old, admin })); }}
          choices={[
            { value: "no", words: agency ? "业务授权人" : "采购受托人", note: "填写和提交本单位的申请" },
            { value: "yes", words: agency ? "机构管理员" : "采购管理人", note: "还可以授权和收回别人" },
          ]}
          fault={faults.role}
        />
        <TextField label="到期" type="date" optional help="不填则长期，随时可以收回" {...field("validUntil")} />
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={delegate.isPending}>授权并发邀请</Button>
          <Button onClick={close}>不授权</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Dismiss({ organisation: o, grant, close }: { organisation: Organisation; grant: Grant; close: () => void }) {
  const client = useQueryClient();
  const dismiss = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/organisations/{id}/members/{grantId}", { params: { path: { id: o.id, grantId: grant.id } } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["members", o.id] });
      close();
    },
  });
  return (
    <Dialog title={`收回${grant.personName}的授权？`} close={close}>
      <p>从下一次操作起，{grant.personName}不能再以“{grant.label}”代表{o.name}。已经提交的申请不受影响。</p>
      <ActFault fault={dismiss.error} />
      <div className="form-actions">
        <Button type="primary" danger loading={dismiss.isPending} onClick={() => { dismiss.mutate(); }}>收回</Button>
        <Button onClick={close}>保留</Button>
      </div>
    </Dialog>
  );
}
