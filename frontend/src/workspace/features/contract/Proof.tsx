import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import { useMe } from "../../frame/me";
import { useFirstFault } from "../../frame/useFirstFault";

export type Proof = { code: string } | { recoveryCode: string };

interface ProofDialogProps {
  title: string;
  children?: ReactNode;
  /** The button's words. */
  act: string;
  danger?: boolean;
  pending: boolean;
  fault: unknown;
  done: (proof: Proof) => void;
  close: () => void;
}

/** Asks for a code of the second factor before something binds the organisation. */
export function ProofDialog({ title, children, act, danger = false, pending, fault, done, close }: ProofDialogProps) {
  const { data: me } = useMe();
  const [recovery, setRecovery] = useState(false);
  const [code, setCode] = useState("");
  const faults = faultsOf(fault);
  const form = useFirstFault(fault);
  const typed = code.replaceAll(/\s/g, "");
  return (
    <Dialog title={title} close={close}>
      {children}
      {me?.hasSecondFactor === false ? (
        <>
          <p className="tell">这一步对单位有约束力，须用二次验证确认。您还没有设置二次验证。</p>
          <p className="form-actions">
            <Link to="/account">去设置二次验证</Link>
            <Button onClick={close}>返回</Button>
          </p>
        </>
      ) : (
        <form
          ref={form}
          onSubmit={(event) => {
            event.preventDefault();
            done(recovery ? { recoveryCode: typed } : { code: typed });
          }}
        >
          <ActFault fault={fault} />
          {recovery ? (
            <TextField label="恢复码" help="设置二次验证时抄下的之一，每个只能用一次" autoComplete="off" maxLength={60} value={code} change={setCode} fault={faults.recoveryCode ?? faults.code} />
          ) : (
            <TextField label="6 位验证码" help="打开手机上的验证器查看，30 秒换一次" inputMode="numeric" autoComplete="one-time-code" maxLength={8} value={code} change={setCode} fault={faults.code} />
          )}
          <div className="form-actions">
            <Button type="primary" danger={danger} htmlType="submit" loading={pending} disabled={typed.length < 6}>
              {act}
            </Button>
            <Button onClick={close}>返回</Button>
            <button
              type="button"
              className="link-button"
              onClick={() => {
                setRecovery(!recovery);
                setCode("");
              }}
            >
              {recovery ? "用手机验证器" : "手机不在身边，用恢复码"}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
