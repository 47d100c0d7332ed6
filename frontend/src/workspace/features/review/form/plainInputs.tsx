import { useState } from "react";
import { regionLines, useRegions } from "../../../frame/regions";
import { boxTime, fenOf, instantOf, timeWords, yuanOf } from "../../../../shared/format/amount";
import type { Field } from "./content";
import { useTies, type InputProps } from "./FieldEntry";

function words(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

const kinds: Partial<Record<Field["type"], { type?: string; inputMode?: "numeric" | "email" | "tel"; maxLength?: number }>> = {
  uscc: { maxLength: 18 },
  idNumber: { maxLength: 18 },
  phone: { type: "tel", inputMode: "tel", maxLength: 25 },
  email: { type: "email", inputMode: "email", maxLength: 254 },
};

export function TextInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  return (
    <input
      {...ties}
      type="text"
      maxLength={field.max}
      autoComplete="off"
      spellCheck={false}
      {...kinds[field.type]}
      readOnly={field.readOnly}
      value={words(value)}
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
    />
  );
}

export function ParagraphInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  return (
    <textarea
      {...ties}
      rows={4}
      maxLength={field.max ?? 4000}
      readOnly={field.readOnly}
      value={words(value)}
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
    />
  );
}

export function DateInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  return (
    <input
      {...ties}
      type="date"
      min="1900-01-01"
      max="2200-12-31"
      readOnly={field.readOnly}
      value={words(value)}
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
    />
  );
}

/** A text box: a number box throws away what it does not understand, without a word. */
export function NumberInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  return (
    <input
      {...ties}
      type="text"
      inputMode="numeric"
      autoComplete="off"
      readOnly={field.readOnly}
      value={words(value)}
      onChange={(event) => {
        const typed = event.currentTarget.value.trim();
        change(/^\d{1,12}$/.test(typed) ? Number(typed) : typed);
      }}
    />
  );
}

/** A sum in yuan: what is typed stands as typed, and what it means stands beside it. */
export function MoneyInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  const [typed, setTyped] = useState(typeof value === "number" ? yuanOf(value) : words(value));
  const stale = typeof value === "number" ? fenOf(typed) !== value : words(value) !== typed.trim();
  const text = stale ? (typeof value === "number" ? yuanOf(value) : words(value)) : typed;
  return (
    <span className="with-unit">
      <input
        {...ties}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        readOnly={field.readOnly}
        value={text}
        onChange={(event) => {
          const now = event.currentTarget.value;
          setTyped(now);
          change(fenOf(now) ?? now.trim());
        }}
      />{" "}
      元{typeof value === "number" && value >= 1_000_000 ? `（${yuanOf(value)}）` : ""}
    </span>
  );
}

export function DateTimeInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  const instant = words(value);
  return (
    <span className="with-unit">
      <input
        {...ties}
        type="datetime-local"
        min="1900-01-01T00:00"
        max="2200-12-31T23:59"
        readOnly={field.readOnly}
        value={boxTime(instant)}
        onChange={(event) => {
          change(instantOf(event.currentTarget.value));
        }}
      />{" "}
      {instant === "" ? "" : timeWords(instant).slice(-4)}
    </span>
  );
}

export function RegionInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  const regions = useRegions();
  const lines = regionLines(regions.data ?? []);
  const code = words(value);
  return (
    <select
      {...ties}
      disabled={field.readOnly}
      value={code}
      onChange={(event) => {
        change(event.currentTarget.value);
      }}
    >
      <option value="">{regions.isError ? "区划没有读到，请刷新" : "请选择"}</option>
      {code !== "" && !lines.some((l) => l.code === code) ? <option value={code}>{code}</option> : null}
      {lines.map((l) => (
        <option key={l.code} value={l.code}>
          {l.words}
        </option>
      ))}
    </select>
  );
}
