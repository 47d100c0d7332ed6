import { useState } from "react";
import { TextField } from "../../frame/fields";
import { passwordRules, type Known } from "./password";

interface PasswordFieldProps {
  label: string;
  value: string;
  change: (value: string) => void;
  fault?: string | undefined;
  known?: Known;
}

/** A new password: shown when asked, with the rules ticked off while it is typed. */
export function NewPasswordField({ label, value, change, fault, known = {} }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <>
      <TextField
        label={label}
        type={shown ? "text" : "password"}
        autoComplete="new-password"
        help="一句只有您知道的话最好记也最安全，如“院里那棵石榴树有三米高”。不能是常见的或已经泄露的密码。"
        {...{ value, change, fault }}
      />
      <div className="password-aid">
        <ul aria-label="密码要求">
          {passwordRules(value, known).map((r) => (
            <li key={r.words} className={r.kept ? "kept" : undefined}>
              <span aria-hidden="true">{r.kept ? "✓" : "○"}</span> {r.words}
              {r.kept ? <span className="visually-hidden">（已满足）</span> : null}
            </li>
          ))}
        </ul>
        <button
          type="button"
          className="plain-button"
          aria-pressed={shown}
          onClick={() => {
            setShown(!shown);
          }}
        >
          {shown ? "隐藏密码" : "显示密码"}
        </button>
      </div>
    </>
  );
}
