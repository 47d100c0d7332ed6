import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, TextField } from "../../frame/fields";
import { useStep } from "./contracts";

interface ReasonFormProps<R> {
  /** What is done, as the words of its button. */
  act: string;
  label: string;
  help: string;
  danger?: boolean;
  /** How much is to be written at least; 0 lets it be empty. */
  least?: number;
  day?: { label: string; help?: string; value: string };
  run: (text: string, day: string) => Promise<R>;
  close: () => void;
  children?: ReactNode;
}

/** An act that takes a text, and perhaps a day, and nothing else. */
export function ReasonForm<R>({ act, label, help, danger = false, least = 5, day, run, close, children }: ReasonFormProps<R>) {
  const [text, setText] = useState("");
  const [on, setOn] = useState(day?.value ?? "");
  const step = useStep(() => run(text.trim(), on), close);
  const faults = faultsOf(step.error);
  return (
    <form
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(undefined);
      }}
    >
      <ActFault fault={step.error} />
      {children}
      {day === undefined ? null : <TextField label={day.label} {...(day.help === undefined ? {} : { help: day.help })} type="date" value={on} change={setOn} fault={faults.until ?? faults.from ?? faults.on} />}
      <AreaField label={label} help={help} optional={least === 0} maxLength={2000} value={text} change={setText} fault={faults.reason ?? faults.text ?? faults.answer} />
      <p className="form-actions">
        <Button type="primary" danger={danger} htmlType="submit" loading={step.isPending} disabled={text.trim().length < least || (day !== undefined && on === "")}>
          {act}
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}

/** A button that does something at once, with what went wrong above it. */
export function ActButton<R>({ words, danger = false, primary = false, run }: { words: string; danger?: boolean; primary?: boolean; run: () => Promise<R> }) {
  const step = useStep(run);
  return (
    <>
      <ActFault fault={step.error} />
      <Button type={primary ? "primary" : "default"} danger={danger} loading={step.isPending} onClick={() => { step.mutate(undefined); }}>
        {words}
      </Button>
    </>
  );
}
