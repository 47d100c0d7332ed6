import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import type { Me } from "../../frame/me";
import { NewPasswordField } from "./PasswordField";

export function Password({ me }: { me: Me }) {
  const [open, setOpen] = useState(false);
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: () => read(api.PUT("/api/v1/me/password", { body: { current, new: next } })),
    onSuccess: (w) => {
      client.setQueryData(["me"], w.me);
      void client.invalidateQueries({ queryKey: ["sessions"] });
      setOpen(false);
      setCurrent("");
      setNext("");
    },
  });
  const faults = faultsOf(change.error);
  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">密码</h2>
      {!me.hasPassword ? (
        <p className="tell">
          这个账号还没有密码。<Link to="/forgot-password">用邮箱设置一个</Link>
        </p>
      ) : open ? (
        <form noValidate onSubmit={(event) => { event.preventDefault(); change.mutate(); }}>
          <ActFault fault={change.error} />
          <TextField label="现在的密码" type="password" autoComplete="current-password" value={current} change={setCurrent} fault={faults.current} />
          <NewPasswordField
            label="新密码"
            value={next}
            change={setNext}
            fault={faults.new}
            known={{ name: me.name ?? "", login: me.login ?? "", email: me.email ?? "" }}
          />
          <div className="form-actions">
            <Button type="primary" htmlType="submit" loading={change.isPending}>修改密码</Button>
            <Button onClick={() => { setOpen(false); }}>不改了</Button>
          </div>
        </form>
      ) : (
        <>
          <p className="tell" role="status">
            {change.isSuccess ? "密码已修改，其他地方的登录已全部退出。" : "修改后，其他地方的登录会全部退出。"}
          </p>
          <Button onClick={() => { change.reset(); setOpen(true); }}>修改密码</Button>
        </>
      )}
    </section>
  );
}
