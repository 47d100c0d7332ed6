import { Link } from "react-router";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { useWorkload } from "./workload";

/** How much waits in my regions, and where it is late. */
export function WorkloadCard() {
  const { data, error, refetch } = useWorkload();
  const waiting = data?.matters.reduce((n, m) => n + m.waiting, 0) ?? 0;
  const overdue = data?.matters.reduce((n, m) => n + m.overdue, 0) ?? 0;
  const late = data?.matters.filter((m) => m.overdue > 0).toSorted((a, b) => b.overdue - a.overdue).slice(0, 5) ?? [];
  return (
    <section className="card" aria-labelledby="workload-card">
      <div className="card-head">
        <h2 id="workload-card">审核慢在哪里？</h2>
        <Link to="/workload">工作量</Link>
      </div>
      {data === undefined ? (
        error ? (
          <ReadFault fault={error} retry={() => void refetch()} />
        ) : (
          <RowsSkeleton rows={2} />
        )
      ) : (
        <>
          <p className="tell">
            辖区内 {waiting.toLocaleString("zh-CN")} 件待审核，
            {overdue > 0 ? <b className="seal-words">{overdue.toLocaleString("zh-CN")} 件超期</b> : "没有超期的"}。时限 2 个工作日。
          </p>
          {late.length > 0 ? (
            <ul className="named">
              {late.map((m) => (
                <li key={`${m.kind} ${m.regionCode}`}>
                  <Link to={`/submissions?view=all&state=submitted&kind=${m.kind}`}>
                    {m.regionName} · {m.kindLabel}
                  </Link>
                  <span>
                    超期 {m.overdue} 件，共 {m.waiting} 件
                  </span>
                </li>
              ))}
            </ul>
          ) : null}
        </>
      )}
    </section>
  );
}
