import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import { useFirstFault } from "../../frame/useFirstFault";
import { grantBody, hasRole, noGrant, StaffRoleFields } from "./StaffRoleFields";

/** An official's account with its first role; a letter invites them to set a password. */
export function NewAccount({ close }: { close: () => void }) {
  const [v, setV] = useState({ name: "", login: "", email: "", phone: "" });
  const [grant, setGrant] = useState(noGrant);
  const client = useQueryClient();
  const open = useMutation({
    mutationFn: () => {
      if (!hasRole(grant)) throw new Error("请选择角色");
      return read(
        api.POST("/api/v1/accounts", {
          body: {
            name: v.name,
            email: v.email,
            ...(v.login === "" ? {} : { login: v.login }),
            ...(v.phone === "" ? {} : { phone: v.phone }),
            ...grantBody(grant),
          },
        }),
      );
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["accounts"] });
      close();
    },
  });
  const faults = faultsOf(open.error);
  const form = useFirstFault(open.error);
  const field = (name: keyof typeof v) => ({
    value: v[name],
    change: (value: string) => { setV((old) => ({ ...old, [name]: value })); },
    fault: faults[name],
    autoComplete: "off",
  });
  return (
    <Dialog title="开通工作人员账号" close={close}>
      <form ref={form} noValidate onSubmit={(event) => { event.preventDefault(); open.mutate(); }}>
        <TextField label="姓名" {...field("name")} />
        <TextField label="邮箱" type="email" help="邀请寄到这里，本人设置密码后才能用" {...field("email")} />
        <TextField label="登录名" optional help="4–32 位，以字母开头；不填则用邮箱登录" maxLength={32} {...field("login")} />
        <TextField label="电话" type="tel" optional {...field("phone")} />
        <StaffRoleFields grant={grant} change={setGrant} faults={faults} />
        <ActFault fault={open.error} />
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={open.isPending}>开通并发邀请</Button>
          <Button onClick={close}>不开通</Button>
        </div>
      </form>
    </Dialog>
  );
}
