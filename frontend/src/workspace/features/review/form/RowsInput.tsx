import { Button } from "antd";
import { useRef, useState } from "react";
import { newRow, rowId, rowsOf, rowWords, type Content } from "./content";
import type { InputProps } from "./FieldEntry";
import { useFormState } from "./formContext";
import { Level } from "./FormRenderer";

/** Beyond so many rows each is folded to a line. */
const few = 3;

/** A table: each row a group of fields of its own. */
export function RowsInput({ path, field, value, update }: InputProps) {
  const rows = rowsOf(value);
  const box = useRef<HTMLDivElement>(null);
  const full = rows.length >= (field.max ?? 200);
  return (
    <div className="rows" ref={box}>
      {rows.length === 0 ? <p className="none">还没有填写。</p> : null}
      {rows.map((row, i) => (
        <Row
          key={typeof row[rowId] === "string" ? row[rowId] : i}
          path={`${path}[${i}]`}
          title={`${field.label} ${i + 1}`}
          words={rowWords(field, row)}
          folded={rows.length > few}
          remove={
            field.readOnly === true
              ? undefined
              : () => {
                  update((old) => rowsOf(old).filter((r) => r[rowId] !== row[rowId]));
                  box.current?.closest("fieldset")?.focus();
                }
          }
        >
          <Level
            at={`${path}[${i}].`}
            fields={field.fields ?? []}
            level={row}
            change={(next: (old: Content) => Content) => {
              update((old) => rowsOf(old).map((r) => (r[rowId] === row[rowId] ? next(r) : r)));
            }}
          />
        </Row>
      ))}
      {field.readOnly === true ? null : (
        <p>
          <Button
            disabled={full}
            onClick={() => {
              update((old) => [...rowsOf(old), newRow()]);
              // The new row's first control, once it is there.
              requestAnimationFrame(() => {
                box.current?.querySelector<HTMLElement>(":scope > details:last-of-type :is(input, select, textarea)")?.focus();
              });
            }}
          >
            {rows.length === 0 ? "添加" : "再添加一行"}
          </Button>
          {full ? <span className="help">最多 {field.max} 行</span> : null}
        </p>
      )}
    </div>
  );
}

interface RowProps {
  path: string;
  title: string;
  words: string;
  folded: boolean;
  remove: (() => void) | undefined;
  children: React.ReactNode;
}

function Row({ path, title, words, folded, remove, children }: RowProps) {
  const { faults, reasons } = useFormState();
  const wrong = [...Object.keys(faults), ...Object.keys(reasons)].some((p) => p.startsWith(`${path}.`) || p === path);
  // As it stood when it came; after that the reader folds and unfolds.
  const [opened] = useState(!folded || words === "");
  return (
    <details className={wrong ? "row-group wrong" : "row-group"} open={opened || wrong}>
      <summary>
        <b>{title}</b>
        <span>{words === "" ? "未填写" : words}</span>
      </summary>
      {children}
      {remove === undefined ? null : (
        <button type="button" className="plain-button remove" onClick={remove}>
          删除这一行<span className="visually-hidden">：{title}</span>
        </button>
      )}
    </details>
  );
}
