import { Button } from "antd";
import type { ReactNode } from "react";
import { ActFault } from "./Act";
import { Dialog } from "./Dialog";

interface ConfirmProps {
  title: string;
  /** What follows from it, so that it need not be found out. */
  children: ReactNode;
  /** The button's words, the same as of the button that led here. */
  act: string;
  pending: boolean;
  fault: unknown;
  done: () => void;
  close: () => void;
}

/** Asks once more before something that cannot be taken back. */
export function Confirm({ title, children, act, pending, fault, done, close }: ConfirmProps) {
  return (
    <Dialog title={title} close={close}>
      {children}
      <ActFault fault={fault} />
      <div className="form-actions">
        <Button type="primary" danger loading={pending} onClick={done}>
          {act}
        </Button>
        <Button onClick={close}>不办了</Button>
      </div>
    </Dialog>
  );
}
