import { useId, type ChangeEvent, type ReactNode } from "react";

/** What every field has beside its control. Native controls: every keyboard, phone and screen reader knows them. */
export interface Labelled {
  label: string;
  /** What to write, in a line; always visible, so that it can be read while typing. */
  help?: ReactNode;
  fault?: string | undefined;
  optional?: boolean;
}

interface Ties {
  id: string;
  "aria-invalid": boolean | undefined;
  "aria-describedby": string | undefined;
}

function ties(id: string, help: unknown, fault: string | undefined): Ties {
  const by = [help === undefined ? "" : `${id}-help`, fault === undefined ? "" : `${id}-fault`].filter((s) => s !== "");
  return {
    id,
    "aria-invalid": fault === undefined ? undefined : true,
    "aria-describedby": by.length > 0 ? by.join(" ") : undefined,
  };
}

/** The label above, the help below it, the fault below the control. */
export function FieldBox({ id, label, help, fault, optional, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className={fault === undefined ? "entry" : "entry faulty"}>
      <label htmlFor={id}>
        {label}
        {optional ? <span className="optional">（选填）</span> : null}
      </label>
      {help === undefined ? null : (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {children}
      <Fault id={id} fault={fault} />
    </div>
  );
}

export function Fault({ id, fault }: { id: string; fault: string | undefined }) {
  return fault === undefined ? null : (
    <p className="fault" id={`${id}-fault`}>
      {fault}
    </p>
  );
}

interface Text extends Labelled {
  value: string;
  change: (value: string) => void;
  name?: string;
  type?: "text" | "email" | "tel" | "password" | "date" | "search";
  autoComplete?: string;
  inputMode?: "numeric" | "text" | "tel" | "email";
  maxLength?: number;
  required?: boolean;
}

export function TextField({ label, help, fault, optional, value, change, type = "text", ...rest }: Text) {
  const id = useId();
  return (
    <FieldBox {...{ id, label, help, fault, ...(optional === true ? { optional } : {}) }}>
      <input
        {...ties(id, help, fault)}
        {...rest}
        type={type}
        value={value}
        onChange={(event: ChangeEvent<HTMLInputElement>) => {
          change(event.currentTarget.value);
        }}
      />
    </FieldBox>
  );
}

export function AreaField({ label, help, fault, optional, value, change, rows = 3, maxLength }: Text & { rows?: number }) {
  const id = useId();
  return (
    <FieldBox {...{ id, label, help, fault, ...(optional === true ? { optional } : {}) }}>
      <textarea
        {...ties(id, help, fault)}
        rows={rows}
        maxLength={maxLength}
        value={value}
        onChange={(event) => {
          change(event.currentTarget.value);
        }}
      />
    </FieldBox>
  );
}

export interface Choice {
  value: string;
  words: string;
}

interface Select extends Labelled {
  value: string;
  change: (value: string) => void;
  choices: readonly Choice[];
  /** What stands first and chooses nothing. */
  none?: string;
  disabled?: boolean;
}

export function SelectField({ label, help, fault, optional, value, change, choices, none = "请选择", disabled }: Select) {
  const id = useId();
  return (
    <FieldBox {...{ id, label, help, fault, ...(optional === true ? { optional } : {}) }}>
      <select
        {...ties(id, help, fault)}
        value={value}
        disabled={disabled}
        onChange={(event) => {
          change(event.currentTarget.value);
        }}
      >
        <option value="">{none}</option>
        {choices.map((c) => (
          <option key={c.value} value={c.value}>
            {c.words}
          </option>
        ))}
      </select>
    </FieldBox>
  );
}

interface Radios extends Labelled {
  value: string;
  change: (value: string) => void;
  choices: readonly (Choice & { note?: string })[];
}

/** A choice of few, all to be seen at once. */
export function RadioField({ label, help, fault, optional, value, change, choices }: Radios) {
  const id = useId();
  return (
    <fieldset className={fault === undefined ? "entry" : "entry faulty"} aria-describedby={ties(id, help, fault)["aria-describedby"]}>
      <legend>
        {label}
        {optional ? <span className="optional">（选填）</span> : null}
      </legend>
      {help === undefined ? null : (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      <div className="options">
        {choices.map((c) => (
          <label key={c.value} className="option">
            <input
              type="radio"
              name={id}
              value={c.value}
              checked={c.value === value}
              onChange={() => {
                change(c.value);
              }}
            />
            <span>
              {c.words}
              {c.note === undefined ? null : <small>{c.note}</small>}
            </span>
          </label>
        ))}
      </div>
      <Fault id={id} fault={fault} />
    </fieldset>
  );
}

interface Tick {
  label: ReactNode;
  checked: boolean;
  change: (checked: boolean) => void;
  fault?: string | undefined;
}

export function TickField({ label, checked, change, fault }: Tick) {
  const id = useId();
  return (
    <div className={fault === undefined ? "entry" : "entry faulty"}>
      <label className="option">
        <input
          {...ties(id, undefined, fault)}
          type="checkbox"
          checked={checked}
          onChange={(event) => {
            change(event.currentTarget.checked);
          }}
        />
        <span>{label}</span>
      </label>
      <Fault id={id} fault={fault} />
    </div>
  );
}
