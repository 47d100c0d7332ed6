import { Link } from "react-router";
import type { Me } from "../../frame/me";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { Refusal } from "../../../shared/api/client";
import { ProcurementRow } from "./ProcurementRow";
import { useMine, viewsOf, type View } from "./procurements";

const shown = 5;

/** What today's screen asks of each list, and what it says when nothing answers. */
const cards: Record<View, { asks: string; none: string }> = {
  purchaser: { asks: "我的采购等我做什么？", none: "没有等您答复或选定的采购。" },
  open: { asks: "现在可以报名什么？", none: "现在没有您的机构可以报名的采购。有新的公告会发消息。" },
  bids: { asks: "投过的采购等我做什么？", none: "没有等您说明或答复的采购。" },
  panel: { asks: "等我评审什么？", none: "没有等您声明或评分的评审。" },
  commit: { asks: "抽取等我承诺什么？", none: "没有等您作出或揭示承诺的采购。" },
  operator: { asks: "采购里有什么等着办？", none: "辖区内没有逾期的选取、没有未办的异议。" },
};

/** The procurements that today asks something of someone, one card for each side he is on. */
export function ProcurementCards({ me }: { me: Me }) {
  return viewsOf(me).map((v) => <Card key={v.value} view={v.value} />);
}

function Card({ view }: { view: View }) {
  const waiting = view !== "open"; // what one may sign up for waits for nobody
  const list = useMine(view, waiting);
  const { asks, none } = cards[view];
  const first = list.data?.pages[0];
  // Who does not act for an agency yet, or for several at once, has no such list.
  if (list.error instanceof Refusal && (list.error.status === 409 || list.error.status === 422)) return null;
  const rows = first?.items.filter((p) => waiting || p.eligible === true) ?? [];
  const more = waiting ? (first?.total ?? 0) - shown : rows.length - shown;
  const id = `procurements-${view}`;
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{asks}</h2>
      {list.error ? (
        <ReadFault fault={list.error} retry={() => void list.refetch()} />
      ) : first === undefined ? (
        <RowsSkeleton rows={2} />
      ) : rows.length === 0 ? (
        <p className="tell">{none}</p>
      ) : (
        <ul className="procurements">
          {rows.slice(0, shown).map((p) => (
            <ProcurementRow key={p.id} p={p} />
          ))}
        </ul>
      )}
      <p className="card-more">
        <Link to={`/procurements?view=${view}`}>{more > 0 ? `还有 ${more} 件，看全部` : "看全部"}</Link>
      </p>
    </section>
  );
}
