import { Link } from "react-router";
import { Page } from "../../frame/Page";
import { CardsSkeleton, ReadFault } from "../../frame/states";
import { duration } from "../../../shared/format/remaining";
import { useWorkload, type Workloads } from "./workload";

/** How much waits, where it is late, who has how much in hand. */
export function Workload() {
  const { data, error, refetch } = useWorkload();
  return (
    <Page title="审核工作量" lede="管辖范围内，现在等待的和近 30 天办结的。审核时限 2 个工作日。">
      {data === undefined ? (
        error ? <ReadFault fault={error} retry={() => void refetch()} /> : <CardsSkeleton count={2} />
      ) : (
        <>
          <Matters rows={data.matters} />
          <Reviewers rows={data.reviewers} />
        </>
      )}
    </Page>
  );
}

function n(v: number): string {
  return v.toLocaleString("zh-CN");
}

function Matters({ rows }: { rows: Workloads["matters"] }) {
  return (
    <section className="card" aria-labelledby="matters">
      <h2 id="matters">时间耗在哪里？</h2>
      {rows.length === 0 ? (
        <p className="empty">还没有提交过的申请。</p>
      ) : (
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">类别</th>
              <th scope="col">区划</th>
              <th scope="col" className="number">待审核，件</th>
              <th scope="col" className="number">超期，件</th>
              <th scope="col" className="number">近 30 天办结，件</th>
              <th scope="col" className="number">中位用时</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((m) => (
              <tr key={`${m.kind} ${m.regionCode}`}>
                <th scope="row">
                  <Link to={`/submissions?view=all&kind=${m.kind}&state=submitted`}>{m.kindLabel}</Link>
                </th>
                <td>{m.regionName}</td>
                <td className="number" data-label="待审核">{n(m.waiting)}</td>
                <td className="number" data-label="超期">{m.overdue > 0 ? <b className="seal-words">{n(m.overdue)}</b> : 0}</td>
                <td className="number" data-label="近 30 天办结">{n(m.decided30)}</td>
                <td className="number" data-label="中位用时">{m.decided30 > 0 ? duration(m.medianHours30 * 3_600_000) : "—"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Reviewers({ rows }: { rows: Workloads["reviewers"] }) {
  return (
    <section className="card" aria-labelledby="reviewers">
      <h2 id="reviewers">谁手上有多少？</h2>
      {rows.length === 0 ? (
        <p className="empty">还没有人承办或办结。</p>
      ) : (
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">审核人</th>
              <th scope="col" className="number">在办，件</th>
              <th scope="col" className="number">其中超期，件</th>
              <th scope="col" className="number">近 30 天办结，件</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.personId}>
                <th scope="row">{r.name}</th>
                <td className="number" data-label="在办">{n(r.holding)}</td>
                <td className="number" data-label="其中超期">{r.overdue > 0 ? <b className="seal-words">{n(r.overdue)}</b> : 0}</td>
                <td className="number" data-label="近 30 天办结">{n(r.decided30)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
