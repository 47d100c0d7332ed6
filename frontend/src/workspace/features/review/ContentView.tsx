import type { ReactNode } from "react";
import { size } from "../../../shared/format/size";
import { fileAddress } from "../../frame/upload";
import { useRegions } from "../../frame/regions";
import { blank, rowId, rowsOf, rowWords, secretRef, shown, textsOf, valueWords, type Content, type Field, type Form } from "./form/content";
import { useItems } from "./form/items";
import type { Detail } from "./submissions";

interface ContentViewProps {
  form: Form;
  detail: Detail;
  /** What stands behind a field: a reason to write, a value to reveal. */
  beside?: (path: string, field: Field, value: unknown) => ReactNode;
}

/** What was filled in, to be read: the form's sections as lists of facts. */
export function ContentView({ form, detail, beside }: ContentViewProps) {
  const changed = new Set(detail.changes.map((c) => c.path));
  return (
    <>
      {form.sections.map((s, i) => (
        <section key={s.title} className="card" aria-labelledby={`view-${i}`}>
          <h2 id={`view-${i}`}>{s.title}</h2>
          <Facts at="" fields={s.fields} level={detail.content} {...{ detail, changed, beside }} />
        </section>
      ))}
    </>
  );
}

interface FactsProps {
  at: string;
  fields: readonly Field[];
  level: Content;
  detail: Detail;
  changed: ReadonlySet<string>;
  beside: ContentViewProps["beside"];
}

function Facts({ at, fields, level, detail, changed, beside }: FactsProps) {
  return (
    <dl className="facts-list">
      {fields
        .filter((f) => shown(f, level))
        .map((f) => {
          const path = at + f.name;
          const value = level[f.name];
          return (
            <div key={f.name} className={[changed.has(path) ? "changed" : "", f.type === "rows" ? "whole" : ""].join(" ").trim()}>
              <dt>
                {f.label}
                {changed.has(path) ? <span className="changed-mark">有改动</span> : null}
              </dt>
              <dd>
                {f.type === "rows" ? (
                  <RowsView path={path} field={f} value={value} {...{ detail, changed, beside }} />
                ) : (
                  <Value field={f} value={value} detail={detail} />
                )}
                {beside?.(path, f, value)}
              </dd>
            </div>
          );
        })}
    </dl>
  );
}

function Value({ field, value, detail }: { field: Field; value: unknown; detail: Detail }) {
  const regions = useRegions();
  if (blank(value)) return <span className="none">未填写</span>;
  if (field.type === "file" && typeof value === "string") {
    const file = detail.files.find((f) => f.id === value);
    return (
      <>
        <a href={fileAddress(value)} target="_blank" rel="noreferrer">
          {file?.name ?? "附件"}
        </a>
        {file === undefined ? null : (
          <small className="digest">
            {size(file.size)}，SHA-256 {file.sha256.slice(0, 16)}…
          </small>
        )}
      </>
    );
  }
  if (field.type === "items") return <Items codes={textsOf(value)} />;
  if (field.type === "region") return valueWords(field, value, (code) => regions.data?.find((r) => r.code === code)?.name ?? code);
  if (secretRef(value) !== undefined) return <span className="masked">{valueWords(field, value)}</span>;
  return valueWords(field, value);
}

function Items({ codes }: { codes: readonly string[] }) {
  const { data } = useItems();
  return (
    <ul className="item-list">
      {codes.map((code) => (
        <li key={code}>
          <a href={`/service-items/${encodeURIComponent(code)}`} target="_blank" rel="noreferrer">
            {data?.find((i) => i.code === code)?.name ?? code}
          </a>{" "}
          <small>{code}</small>
        </li>
      ))}
    </ul>
  );
}

/** Beyond so many rows each is folded to a line. */
const few = 4;

function RowsView({ path, field, value, ...rest }: { path: string; field: Field; value: unknown; detail: Detail; changed: ReadonlySet<string>; beside: ContentViewProps["beside"] }) {
  const rows = rowsOf(value);
  if (rows.length === 0) return <span className="none">没有</span>;
  return rows.map((row, i) => (
    <details key={typeof row[rowId] === "string" ? row[rowId] : i} className="row-group" open={rows.length <= few}>
      <summary>
        <b>{i + 1}</b>
        <span>{rowWords(field, row)}</span>
        {rest.changed.has(`${path}[${i}]`) ? <span className="changed-mark">新增</span> : null}
      </summary>
      <Facts at={`${path}[${i}].`} fields={field.fields ?? []} level={row} {...rest} />
    </details>
  ));
}
