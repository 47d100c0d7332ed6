import { Tag } from "antd";
import { Link } from "react-router";
import { Refusal } from "../../../shared/api/client";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { pointsWords, useRating } from "./credit";

/** One's own score, and what it is made of: the parts add up to it. */
export function OwnScore({ name, uscc }: { name: string; uscc: string }) {
  const rating = useRating(uscc);
  const r = rating.data;
  return (
    <section className="card" aria-labelledby={`score-${uscc}`}>
      <h2 id={`score-${uscc}`}>{name}的信用</h2>
      {rating.error instanceof Refusal && rating.error.status === 404 ? (
        <p className="tell">还没有入驻，入驻后从 95.0 分、A 级开始。</p>
      ) : rating.error ? (
        <ReadFault fault={rating.error} retry={() => void rating.refetch()} />
      ) : r === undefined ? (
        <RowsSkeleton rows={2} />
      ) : (
        <>
          <p className="score">
            <b>{r.text}</b> 分 <Tag color={r.veto ? "error" : "processing"}>{r.grade} 级</Tag>
            {r.new ? <Tag>新机构</Tag> : null}
            {r.veto ? <Tag color="error">一票否决</Tag> : null}
          </p>
          <p className="credit-facts">
            <Link to={`/credit-people/${r.agencyId}`}>执业人员的项目和记录</Link>
          </p>
          <table className="parts">
            <caption className="visually-hidden">得分的组成</caption>
            <thead>
              <tr>
                <th scope="col">组成</th>
                <th scope="col">分</th>
                <th scope="col">怎么算的</th>
              </tr>
            </thead>
            <tbody>
              {r.parts.map((p) => (
                <tr key={p.name}>
                  <th scope="row">{p.label}</th>
                  <td>{p.name === "base" ? (p.tenths / 10).toFixed(1) : pointsWords(p.tenths)}</td>
                  <td>{p.why}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
