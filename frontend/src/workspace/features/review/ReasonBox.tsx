import { useId, useState } from "react";

interface ReasonBoxProps {
  path: string;
  label: string;
  reason: string;
  write: (path: string, reason: string) => void;
}

/** A reason against one field: opened by a click, kept as long as something stands in it. */
export function ReasonBox({ path, label, reason, write }: ReasonBoxProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  if (!open && reason === "") {
    return (
      <button
        type="button"
        className="reason-open"
        onClick={() => {
          setOpen(true);
        }}
      >
        提意见<span className="visually-hidden">：{label}</span>
      </button>
    );
  }
  return (
    <div className="reason-box">
      <label htmlFor={id}>“{label}”错在哪里，怎样才对</label>
      <textarea
        id={id}
        rows={2}
        maxLength={500}
        // Just asked for: the next thing is to write.
        ref={(box) => {
          if (box !== null && reason === "" && open) box.focus();
        }}
        value={reason}
        onChange={(event) => {
          write(path, event.currentTarget.value);
        }}
      />
      <button
        type="button"
        className="plain-button"
        onClick={() => {
          setOpen(false);
          write(path, "");
        }}
      >
        去掉
      </button>
    </div>
  );
}
