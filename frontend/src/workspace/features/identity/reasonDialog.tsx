import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { TextField } from "../../frame/fields";

interface ReasonDialogProps {
  title: string;
  children?: ReactNode;
  /** The button's words. */
  act: string;
  danger?: boolean;
  pending: boolean;
  fault: unknown;
  done: (reason: string) => void;
  close: () => void;
}

/** Asks why before something is done to someone; the reason is kept. */
export function ReasonDialog({ title, children, act, danger = false, pending, fault, done, close }: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          done(reason.trim());
        }}
      >
        {children}
        <ActFault fault={fault} />
        <TextField label="理由" help="记入日志，本人可以看到" maxLength={200} value={reason} change={setReason} />
        <div className="form-actions">
          <Button type="primary" danger={danger} htmlType="submit" loading={pending} disabled={reason.trim().length < 2}>
            {act}
          </Button>
          <Button onClick={close}>不办了</Button>
        </div>
      </form>
    </Dialog>
  );
}
