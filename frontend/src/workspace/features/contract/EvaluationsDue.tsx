import { Tag } from "antd";
import { Link } from "react-router";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { useMyEvaluations } from "./evaluations";

/** Accepted contracts whose other side is still to be evaluated; the most urgent first. */
export function EvaluationsDue({ view }: { view: "purchaser" | "agency" }) {
  const list = useMyEvaluations(view, "due");
  const first = list.data?.pages[0];
  if (list.error) return <ReadFault fault={list.error} retry={() => void list.refetch()} />;
  if (first === undefined) return <RowsSkeleton rows={1} />;
  if (first.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby={`evaluations-${view}`}>
      <h2 id={`evaluations-${view}`}>{first.total} 份合同等我评价对方</h2>
      <ul className="contracts">
        {first.items.map((e) => (
          <li key={e.contractId}>
            <p className="contract-title">
              <Link to={`/contracts/${e.contractId}#evaluation`}>{e.title}</Link> {e.demo === true ? <Tag>示例数据</Tag> : null}
            </p>
            <p className="contract-facts">
              {e.contractNumber} · {e.other} · {e.others === "given" ? "对方已经评价，" : ""}评价期限 <TimeLeft until={e.until} provisional={e.provisional} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
