import { Link } from "react-router";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { SubmissionTable } from "./SubmissionTable";
import { useSubmissions } from "./submissions";

const first = 8;

/** The most urgent of what awaits me as a reviewer. */
export function Queue({ total }: { total: number }) {
  const list = useSubmissions({ view: "queue", kind: "", state: "", q: "" });
  const rows = list.data?.pages[0]?.items;
  return (
    <section className="card" aria-labelledby="queue">
      <div className="card-head">
        <h2 id="queue">待我审核</h2>
        {total > first ? <Link to="/submissions?view=queue">全部 {total.toLocaleString("zh-CN")} 件</Link> : null}
      </div>
      {rows === undefined ? (
        list.error ? (
          <ReadFault fault={list.error} retry={() => void list.refetch()} />
        ) : (
          <RowsSkeleton rows={4} />
        )
      ) : rows.length === 0 ? (
        <p className="empty">没有等您审核的申请。新提交的会出现在这里，最急的在前。</p>
      ) : (
        <SubmissionTable rows={rows.slice(0, first)} />
      )}
    </section>
  );
}
