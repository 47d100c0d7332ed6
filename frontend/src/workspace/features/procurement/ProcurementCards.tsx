import { Link } from "react-router";
import type { Me } from "../../frame/me";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { Refusal } from "../../../shared/api/client";
import { ProcurementRow } from "./ProcurementRow";
import { useMine, viewsOf, type Mine, type View } from "./procurements";

const shown = 5;

/** What today's screen asks of each list, which of its rows answer it, and what it says when none does. */
const cards: Record<View, { asks: string; of: (p: Mine) => boolean; none: string }> = {
  purchaser: { asks: "我的采购等我做什么？", of: waits, none: "没有等您答复或选定的采购。" },
  open: { asks: "现在可以报名什么？", of: (p) => p.eligible === true, none: "现在没有您的机构可以报名的采购。有新的公告会发消息。" },
  bids: { asks: "投过的采购等我做什么？", of: waits, none: "没有等您说明或答复的采购。" },
  panel: { asks: "等我评审什么？", of: waits, none: "没有等您声明或评分的评审。" },
  operator: { asks: "采购里有什么等着办？", of: waits, none: "辖区内没有逾期的选取、没有未办的异议。" },
};

function waits(p: Mine): boolean {
  return (p.waiting?.length ?? 0) > 0 || (p.questions ?? 0) > 0;
}

/** The procurements that today asks something of someone, one card for each side he is on. */
export function ProcurementCards({ me }: { me: Me }) {
  return viewsOf(me).map((v) => <Card key={v.value} view={v.value} />);
}

function Card({ view }: { view: View }) {
  const list = useMine(view);
  const { asks, of, none } = cards[view];
  const first = list.data?.pages[0];
  // Who does not act for an agency yet, or for several at once, has no such list.
  if (list.error instanceof Refusal && (list.error.status === 409 || list.error.status === 422)) return null;
  const rows = first?.items.filter(of) ?? [];
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
        <Link to={`/procurements?view=${view}`}>{rows.length > shown ? `还有 ${rows.length - shown} 件，看全部` : "看全部"}</Link>
      </p>
    </section>
  );
}
