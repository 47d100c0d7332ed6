import { useMutation } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import type { Me } from "../../frame/me";

/** Name, address, telephone. The telephone shows masked, and is sent only when written anew. */
export function Profile({ me, changed }: { me: Me; changed: () => Promise<void> }) {
  const [name, setName] = useState(me.name ?? "");
  const [email, setEmail] = useState(me.email ?? "");
  const [phone, setPhone] = useState("");
  const change = useMutation({
    mutationFn: () =>
      read(
        api.PATCH("/api/v1/me", {
          body: {
            ...(name === me.name ? {} : { name }),
            ...(email === (me.email ?? "") ? {} : { email }),
            ...(phone === "" ? {} : { phone }),
          },
        }),
      ),
    onSuccess: () => {
      setPhone("");
      return changed();
    },
  });
  const faults = faultsOf(change.error);
  const same = name === me.name && email === (me.email ?? "") && phone === "";
  return (
    <section className="card" aria-labelledby="profile">
      <h2 id="profile">资料</h2>
      {me.pendingEmail === undefined || me.pendingEmail === "" ? null : <Pending email={me.pendingEmail} />}
      <form noValidate onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
        <div className="form-grid">
          <TextField label="姓名" autoComplete="name" value={name} change={setName} fault={faults.name} />
          <TextField label="邮箱" type="email" autoComplete="email" help="换邮箱要先验证，验证前用旧的" value={email} change={setEmail} fault={faults.email} />
          <TextField
            label="电话"
            type="tel"
            autoComplete="tel"
            help={me.phone === undefined || me.phone === "" ? "还没有填写" : `现在是 ${me.phone}，要换再填`}
            value={phone}
            change={setPhone}
            fault={faults.phone}
          />
        </div>
        <p className="tell">登录名 {me.login ?? "（没有，用邮箱登录）"}</p>
        <ActFault fault={change.error} />
        <div className="form-actions">
          <Button htmlType="submit" type="primary" disabled={same} loading={change.isPending}>保存资料</Button>
          <span role="status">{change.isSuccess && same ? "已保存" : ""}</span>
        </div>
      </form>
    </section>
  );
}

function Pending({ email }: { email: string }) {
  const resend = useMutation({ mutationFn: () => read(api.POST("/api/v1/email-verifications")) });
  return (
    <Alert
      className="notice"
      type="warning"
      showIcon
      title={`邮箱 ${email} 还没有验证`}
      description={
        resend.isSuccess ? resend.data.message : resend.error === null ? "打开收到的邮件，点里面的网址。验证后才能用它登录和找回密码。" : resend.error.message
      }
      action={<Button loading={resend.isPending} disabled={resend.isSuccess} onClick={() => { resend.mutate(); }}>重发邮件</Button>}
    />
  );
}
