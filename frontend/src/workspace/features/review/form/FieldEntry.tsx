import type { ReactNode } from "react";
import { Fault } from "../../../frame/fields";
import { controlId, type Field } from "./content";
import { useFormState } from "./formContext";
import { FileInput } from "./FileInput";
import { ItemsInput } from "./ItemsInput";
import { ChoiceInput, ChoicesInput, FlagInput } from "./choiceInputs";
import { DateInput, DateTimeInput, MoneyInput, NumberInput, ParagraphInput, RegionInput, TextInput } from "./plainInputs";
import type { Update } from "./FormRenderer";
import { RowsInput } from "./RowsInput";
import { SecretInput } from "./SecretInput";

interface EntryProps {
  path: string;
  field: Field;
  value: unknown;
  update: Update<unknown>;
}

export interface InputProps extends EntryProps {
  /** Puts a value in place of whatever stands there. */
  change: (value: unknown) => void;
}

/** What ties a control to its help and its faults. */
export interface Ties {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
  "aria-required"?: true;
}

export function useTies(path: string, field: Field): Ties {
  const { faults, reasons } = useFormState();
  const id = controlId(path);
  const by = [
    helpOf(field) === undefined ? [] : [`${id}-help`],
    reasons[path] === undefined ? [] : [`${id}-reason`],
    faults[path] === undefined ? [] : [`${id}-fault`],
  ].flat();
  return {
    id,
    ...(by.length > 0 ? { "aria-describedby": by.join(" ") } : {}),
    ...(faults[path] === undefined ? {} : { "aria-invalid": true }),
    ...(field.required ? { "aria-required": true } : {}),
  };
}

const inputs: Record<Field["type"], (p: InputProps) => ReactNode> = {
  text: TextInput,
  uscc: TextInput,
  idNumber: TextInput,
  phone: TextInput,
  email: TextInput,
  paragraph: ParagraphInput,
  date: DateInput,
  number: NumberInput,
  money: MoneyInput,
  datetime: DateTimeInput,
  region: RegionInput,
  choice: ChoiceInput,
  choices: ChoicesInput,
  flag: FlagInput,
  items: ItemsInput,
  file: FileInput,
  rows: RowsInput,
};

/** Kinds of field that are a group of controls, named by a legend and not by a label. */
const groups: ReadonlySet<string> = new Set(["choice", "choices", "items", "rows"]);

const wide: ReadonlySet<string> = new Set(["paragraph", "choices", "items", "rows", "file", "flag"]);

/** One field of the form with its label, help, reason and fault. */
export function FieldEntry(props: EntryProps) {
  const { path, field, update } = props;
  const { faults, reasons, typing } = useFormState();
  const id = controlId(path);
  const Input = field.secret === true ? SecretInput : inputs[field.type];
  const fault = faults[path];
  const reason = reasons[path];
  const help = helpOf(field);
  const className = ["entry", wide.has(field.type) ? "wide" : "", fault === undefined && reason === undefined ? "" : "faulty"].join(" ");
  const head = (
    <>
      {field.label}
      {field.required || field.readOnly === true ? null : <span className="optional">（选填）</span>}
    </>
  );
  const rest = (
    <>
      {help === undefined ? null : (
        <p className="help" id={`${id}-help`}>
          {help}
        </p>
      )}
      {reason === undefined ? null : (
        <p className="reason" id={`${id}-reason`}>
          <b>退回理由：</b>
          {reason}
        </p>
      )}
      <Input
        {...props}
        change={(value) => {
          update(() => value);
        }}
      />
      <Fault id={id} fault={fault} />
    </>
  );
  const watch = {
    onInput: () => {
      typing(path, true);
    },
    onBlur: () => {
      typing(path, false);
    },
  };
  if (field.type === "flag") {
    return (
      <div className={className} {...watch}>
        {rest}
      </div>
    );
  }
  if (groups.has(field.type)) {
    return (
      <fieldset className={className} id={id} tabIndex={-1} {...watch}>
        <legend>{head}</legend>
        {rest}
      </fieldset>
    );
  }
  return (
    <div className={className} {...watch}>
      <label htmlFor={id}>{head}</label>
      {rest}
    </div>
  );
}

const formats: Partial<Record<Field["type"], string>> = {
  uscc: "18 位统一社会信用代码",
  idNumber: "18 位身份证号",
  phone: "手机号，或带区号的座机，如 0359-2660000",
  file: "PDF、OFD、图片（JPG、PNG）、DOCX 或 XLSX，不超过 20 MB",
};

/** The form's own words first; else what the kind of field asks of everyone. */
function helpOf(field: Field): string | undefined {
  if (field.help !== undefined && field.help !== "") return field.help;
  return field.readOnly === true ? undefined : formats[field.type];
}
