import { Tag } from "antd";
import { Link } from "react-router";
import { TimeLeft } from "../../frame/TimeLeft";
import { priceWords, whenWords, type Mine } from "./procurements";
import "./procurement.css";

/** A procurement in a list of one's own, with what it waits for. */
export function ProcurementRow({ p }: { p: Mine }) {
  return (
    <li>
      <p className="procurement-title">
        <Link to={`/procurements/${p.id}`}>{p.title}</Link> <Tag>{p.stateLabel}</Tag>
        {p.demo ? <Tag>示例数据</Tag> : null}
        {p.eligible === true ? <Tag color="success">可以报名</Tag> : p.eligible === false ? <Tag color="warning">暂不符合</Tag> : null}
      </p>
      <p className="procurement-facts">
        {p.number} · {p.purchaser} · {p.methodLabel} · {priceWords(p)} · {p.items.map((i) => i.name).join("、")}
      </p>
      <p className="procurement-facts">
        {p.state === "open" ? (
          <>
            报名截止 <TimeLeft until={p.deadline} />
          </>
        ) : (
          whenWords(p)
        )}
        {p.choiceUntil !== undefined && (p.waiting?.length ?? 0) > 0 && p.state === "selecting" ? (
          <>
            {" · 办理期限 "}
            <TimeLeft until={p.choiceUntil} />
          </>
        ) : null}
      </p>
      {p.reasons?.map((r) => (
        <p key={r.code + r.message} className="procurement-why">
          {r.message}；{r.right}
        </p>
      ))}
      {p.waiting !== undefined && p.waiting.length > 0 ? <p className="procurement-wait">待办：{p.waiting.join("、")}</p> : null}
    </li>
  );
}
