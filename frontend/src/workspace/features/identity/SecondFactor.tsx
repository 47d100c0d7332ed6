import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Tag } from "antd";
import { useState } from "react";
import { api, done, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import type { Me } from "../../frame/me";

type NewFactor = components["schemas"]["NewFactor"];

interface Props {
  me: Me;
  changed: () => Promise<void>;
}

/** The authenticator on the telephone: set up with a picture, confirmed with a number. */
export function SecondFactor({ me, changed }: Props) {
  const [codes, setCodes] = useState<readonly string[]>();
  const [removing, setRemoving] = useState(false);
  const begin = useMutation({ mutationFn: () => read(api.POST("/api/v1/me/totp")) });
  return (
    <section className="card" aria-labelledby="factor">
      <h2 id="factor">
        二次验证 {me.hasSecondFactor ? <Tag color="success">已开启</Tag> : <Tag>未开启</Tag>}
      </h2>
      {codes !== undefined ? (
        <Codes
          codes={codes}
          kept={() => {
            setCodes(undefined);
            void changed();
          }}
        />
      ) : begin.data !== undefined && !me.hasSecondFactor ? (
        <Confirm
          factor={begin.data}
          confirmed={(all) => {
            setCodes(all);
            begin.reset();
          }}
        />
      ) : me.hasSecondFactor ? (
        <>
          <p className="tell">
            登录时除了密码，还要手机验证器上的数字。恢复码还有 {me.recoveryCodesLeft} 个没用过。
            {me.recoveryCodesLeft < 3 ? "快用完了，请关闭后重新设置一次。" : ""}
          </p>
          <Button onClick={() => { setRemoving(true); }}>关闭二次验证</Button>
        </>
      ) : (
        <>
          <p className="tell">开启后，登录时除了密码，还要手机验证器上的 6 位数字。别人知道了密码也进不来。</p>
          <ActFault fault={begin.error} />
          <Button type="primary" loading={begin.isPending} onClick={() => { begin.mutate(); }}>开始设置</Button>
        </>
      )}
      {removing ? <Remove changed={changed} close={() => { setRemoving(false); }} /> : null}
    </section>
  );
}

function Confirm({ factor, confirmed }: { factor: NewFactor; confirmed: (codes: readonly string[]) => void }) {
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => read(api.PUT("/api/v1/me/totp", { body: { code: code.replaceAll(/\s/g, "") } })),
    onSuccess: (r) => { confirmed(r.recoveryCodes); },
  });
  return (
    <form className="factor" onSubmit={(event) => { event.preventDefault(); confirm.mutate(); }}>
      <ol className="steps">
        <li>手机上装一个验证器应用（支持 TOTP 的都可以）。</li>
        <li>
          用它扫这个二维码。
          <img src={factor.qrCode} alt="设置二次验证的二维码" width="200" height="200" />
          <details>
            <summary>扫不了，手工输入密钥</summary>
            <p><code>{factor.secret}</code></p>
          </details>
        </li>
        <li>
          <TextField label="输入验证器上的 6 位数字" inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={code} change={setCode} fault={faultsOf(confirm.error).code} />
        </li>
      </ol>
      <ActFault fault={confirm.error} />
      <Button type="primary" htmlType="submit" loading={confirm.isPending}>确认开启</Button>
    </form>
  );
}

function Codes({ codes, kept }: { codes: readonly string[]; kept: () => void }) {
  return (
    <>
      <Alert type="success" showIcon title="二次验证已开启" description="下面是 10 个恢复码，手机丢了用它登录，每个只能用一次。只显示这一次，请现在抄下或打印，和密码分开放。" />
      <ul className="codes" aria-label="恢复码">
        {codes.map((c) => (
          <li key={c}><code>{c}</code></li>
        ))}
      </ul>
      <div className="form-actions">
        <Button type="primary" onClick={kept}>我已抄下</Button>
        <Button onClick={() => { window.print(); }}>打印</Button>
      </div>
    </>
  );
}

function Remove({ changed, close }: { changed: () => Promise<void>; close: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const remove = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/me/totp", { body: { password, code: code.replaceAll(/\s/g, "") } })),
    onSuccess: async () => {
      await changed();
      close();
    },
  });
  const faults = faultsOf(remove.error);
  return (
    <Dialog title="关闭二次验证" close={close}>
      <form onSubmit={(event) => { event.preventDefault(); remove.mutate(); }}>
        <ActFault fault={remove.error} />
        <TextField label="密码" type="password" autoComplete="current-password" value={password} change={setPassword} fault={faults.password} />
        <TextField label="6 位验证码" inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={code} change={setCode} fault={faults.code} />
        <div className="form-actions">
          <Button type="primary" danger htmlType="submit" loading={remove.isPending}>关闭</Button>
          <Button onClick={close}>保留</Button>
        </div>
      </form>
    </Dialog>
  );
}
