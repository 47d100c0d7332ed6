import { Button } from "antd";
import { useState } from "react";
import { ActFault } from "../../frame/Act";
import { TextField } from "../../frame/fields";
import { useSignOut } from "../../frame/session";
import { useSecondFactor, type Welcome } from "./signIn";

/** The number of the authenticator, or one of the codes written down for a lost telephone. */
export function SecondFactorStep({ arrived }: { arrived: (w: Welcome) => void }) {
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState("");
  const proof = useSecondFactor(arrived);
  const signOut = useSignOut();
  return (
    <div className="card">
      <ActFault fault={proof.error} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const typed = code.replaceAll(/\s/g, "");
          if (typed !== "") proof.mutate(recovery ? { recoveryCode: typed } : { code: typed });
        }}
      >
        {recovery ? (
          <TextField label="恢复码" help="设置二次验证时抄下的 10 个之一，每个只能用一次" autoComplete="off" value={code} change={setCode} maxLength={60} />
        ) : (
          <TextField
            label="6 位验证码"
            help="打开手机上的验证器查看，30 秒换一次"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            change={setCode}
            maxLength={8}
          />
        )}
        <div className="form-actions">
          <Button type="primary" size="large" htmlType="submit" loading={proof.isPending}>
            继续
          </Button>
          <button
            type="button"
            className="link-button"
            onClick={() => {
              setRecovery(!recovery);
              setCode("");
              proof.reset();
            }}
          >
            {recovery ? "用手机验证器" : "手机不在身边，用恢复码"}
          </button>
          <button
            type="button"
            className="link-button"
            onClick={() => {
              signOut.mutate();
            }}
          >
            换个账号
          </button>
        </div>
      </form>
      <p className="aside-words">手机和恢复码都没有了，请联系所在区划的管理员清除二次验证。</p>
    </div>
  );
}
