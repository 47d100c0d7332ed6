import { Button, Tag } from "antd";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { dateTime } from "../../../shared/format/time";
import { SelectField, TextField } from "../../frame/fields";
import { Page } from "../../frame/Page";
import { regionLines, useRegions } from "../../frame/regions";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { asked, changesOf, csvAddress, noFilter, useLog, type Line, type LogFilter } from "./auditLog";

const tone: Record<Line["outcome"], "default" | "processing" | "error"> = { done: "default", read: "processing", refused: "error" };

const outcomes = [
  { value: "done", words: "已办理" },
  { value: "read", words: "查看敏感信息" },
  { value: "refused", words: "被拒绝" },
];

/** Who did what, from where: every write, every sensitive read, every refusal. */
export function AuditLog() {
  const [params, setParams] = useSearchParams();
  const filter = readFilter(params);
  return (
    <Page
      title="审计日志"
      lede="每一次写入、查看敏感信息和被拒绝的操作，最新的在前。记录只增不改；每次查询和导出也会留痕。"
      actions={
        <a className="button" href={csvAddress(filter)} download>
          导出 CSV
        </a>
      }
    >
      <section className="card list" aria-label="日志">
        <Filters key={params.toString()} filter={filter} search={(next) => { setParams(asked(next)); }} />
        <Lines filter={filter} narrow={(next) => { setParams(asked({ ...noFilter, ...next })); }} />
      </section>
    </Page>
  );
}

function readFilter(params: URLSearchParams): LogFilter {
  const of = (name: keyof LogFilter): string => params.get(name) ?? "";
  const outcome = outcomes.find((o) => o.value === of("outcome"))?.value ?? "";
  return {
    q: of("q"), outcome: outcome as LogFilter["outcome"], region: of("region"), from: of("from"), to: of("to"),
    subjectKind: of("subjectKind"), subjectId: of("subjectId"), person: of("person"), action: of("action"),
  };
}

/** Asked with a button: each question is kept, so none is asked by the way. */
function Filters({ filter, search }: { filter: LogFilter; search: (next: LogFilter) => void }) {
  const [v, setV] = useState(filter);
  const regions = useRegions();
  const set = (name: keyof LogFilter) => (value: string): void => { setV((old) => ({ ...old, [name]: value })); };
  const narrowed = Object.keys(asked(filter)).length > 0;
  return (
    <form role="search" aria-label="筛选日志" onSubmit={(event) => { event.preventDefault(); search(v); }}>
      <div className="form-grid">
        <TextField label="姓名或做了什么" type="search" maxLength={100} value={v.q} change={set("q")} />
        <SelectField label="结果" none="不限" value={v.outcome} change={set("outcome")} choices={outcomes} />
        <SelectField label="区划（含下级）" none="不限" value={v.region} change={set("region")} choices={regionLines(regions.data ?? []).map((r) => ({ value: r.code, words: r.words }))} />
        <TextField label="从" type="date" value={v.from} change={set("from")} />
        <TextField label="到" type="date" value={v.to} change={set("to")} />
      </div>
      {filter.person === "" && filter.subjectId === "" ? null : (
        <p className="tell">只看{filter.person === "" ? "" : "这个人做的"}{filter.subjectId === "" ? "" : "和这个对象有关的"}记录。</p>
      )}
      <div className="form-actions">
        <Button type="primary" htmlType="submit">查询</Button>
        {narrowed ? <Button type="link" onClick={() => { search(noFilter); }}>清除条件</Button> : null}
      </div>
    </form>
  );
}

function Lines({ filter, narrow }: { filter: LogFilter; narrow: (next: Partial<LogFilter>) => void }) {
  const list = useLog(filter);
  const rows = list.data?.pages.flatMap((p) => p.items);
  const last = list.data?.pages.at(-1);
  if (rows === undefined) return list.error ? <ReadFault fault={list.error} retry={() => void list.refetch()} /> : <RowsSkeleton rows={8} />;
  return (
    <>
      <p role="status" className="list-count">
        共 {(last?.total ?? rows.length).toLocaleString("zh-CN")} 条{last?.totalCapped ? "以上" : ""}
      </p>
      {rows.length === 0 ? (
        <p className="empty">没有符合条件的记录。</p>
      ) : (
        <table className="rows-table log">
          <thead>
            <tr>
              <th scope="col">时间</th>
              <th scope="col">谁</th>
              <th scope="col">做了什么</th>
              <th scope="col">从哪里</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((l) => (
              <tr key={l.id}>
                <td className="at">
                  <time dateTime={l.at}>{dateTime(l.at)}</time>
                </td>
                <td>
                  {l.personId === undefined ? (
                    (l.personName === "" ? "访客" : l.personName)
                  ) : (
                    <button type="button" className="link-button tight" onClick={() => { narrow({ person: l.personId ?? "" }); }}>
                      {l.personName}<span className="visually-hidden">做过的一切</span>
                    </button>
                  )}
                  {l.organisation === undefined ? null : <small>{l.organisation}</small>}
                </td>
                <th scope="row">
                  <Tag color={tone[l.outcome]}>{l.outcomeLabel}</Tag> {l.summary}
                  <Details line={l} narrow={narrow} />
                </th>
                <td>
                  {l.remote}
                  <small>{l.regionName}</small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {list.hasNextPage ? (
        <p className="unfold">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>再看 50 条</Button>
        </p>
      ) : null}
    </>
  );
}

function Details({ line: l, narrow }: { line: Line; narrow: (next: Partial<LogFilter>) => void }) {
  const changes = changesOf(l.change);
  return (
    <details className="log-details">
      <summary>细节</summary>
      <dl className="facts-list">
        {changes.map((c) => (
          <div key={c.field}>
            <dt>{c.field}</dt>
            <dd>
              <del>{c.before}</del> → <ins>{c.after}</ins>
            </dd>
          </div>
        ))}
        <div>
          <dt>操作</dt>
          <dd>{l.action}</dd>
        </div>
        {l.subjectId === "" ? null : (
          <div>
            <dt>对象</dt>
            <dd>
              <button type="button" className="link-button tight" onClick={() => { narrow({ subjectKind: l.subjectKind, subjectId: l.subjectId }); }}>
                {l.subjectKind} {l.subjectId}
              </button>
            </dd>
          </div>
        )}
        <div>
          <dt>客户端</dt>
          <dd>{l.agent}</dd>
        </div>
        <div>
          <dt>请求编号</dt>
          <dd>{l.requestId}</dd>
        </div>
      </dl>
    </details>
  );
}
