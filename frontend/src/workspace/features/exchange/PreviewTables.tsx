import type { Preview } from "./deliveries";

/** The rows that cannot go in: first the kinds of fault, then each with its line. */
export function Faults({ id, preview }: { id: string; preview: Preview }) {
  return (
    <section className="card" aria-labelledby="faults">
      <div className="card-head">
        <h2 id="faults">{preview.counts.failed.toLocaleString("zh-CN")} 行有错，不导入</h2>
        <a href={`/api/v1/deliveries/${id}/faults.csv`} download>下载全部错误</a>
      </div>
      {preview.reasons.length > 1 ? (
        <ul className="named">
          {preview.reasons.map((r) => (
            <li key={`${r.column} ${r.reason}`}>
              {r.column === "" ? "" : `“${r.column}”`}{r.reason}
              <span>{r.count} 行，如第 {r.line} 行</span>
            </li>
          ))}
        </ul>
      ) : null}
      <table className="rows-table">
        <thead>
          <tr>
            <th scope="col">行</th>
            <th scope="col">列</th>
            <th scope="col">错在哪里，怎样才对</th>
          </tr>
        </thead>
        <tbody>
          {preview.failed.map((f, i) => (
            <tr key={i}>
              <th scope="row">第 {f.line} 行</th>
              <td data-label="列">{f.column}</td>
              <td>{f.reason}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {preview.counts.failed > preview.failed.length ? <p className="tell">只列出前 {preview.failed.length} 处，全部在下载的文件里。</p> : null}
    </section>
  );
}

/** Rows that would be new or changed, with what differs. */
export function Rows({ title, total, rows }: { title: string; total: number; rows: Preview["new"] }) {
  if (total === 0) return null;
  return (
    <section className="card" aria-label={title}>
      <h2>
        {title} {total.toLocaleString("zh-CN")} 行
      </h2>
      {rows.map((r) => (
        <details key={r.line} className="row-group" open={rows.length <= 5}>
          <summary>
            <b>{r.name}</b>
            <span>
              第 {r.line} 行{r.changes.length > 0 ? `，${r.changes.map((c) => c.label).slice(0, 4).join("、")}` : ""}
            </span>
          </summary>
          <dl className="facts-list">
            {r.changes.map((c) => (
              <div key={c.label}>
                <dt>{c.label}</dt>
                <dd>
                  {c.before === "" ? null : <del>{c.before}</del>} {c.after === "" ? <span className="none">（清空）</span> : <ins>{c.after}</ins>}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
      {total > rows.length ? <p className="tell">只列出前 {rows.length} 行。</p> : null}
    </section>
  );
}
