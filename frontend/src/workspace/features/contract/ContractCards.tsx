import { Link } from "react-router";
import type { Me } from "../../frame/me";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { useMyEvaluations } from "./evaluations";
import { ContractRow } from "./Contracts";
import "./contract.css";
import { useContracts, viewsOf, type View } from "./contracts";

const shown = 5;

/** Whom to evaluate, where the term is on. */
function DueLines({ view }: { view: "purchaser" | "agency" }) {
  const due = useMyEvaluations(view, "due").data?.pages[0]?.items ?? [];
  return (
    <ul className="contracts">
      {due.slice(0, shown).map((e) => (
        <li key={e.contractId}>
          <p className="contract-title">
            <Link to={`/contracts/${e.contractId}#evaluation`}>{e.title}</Link>
          </p>
          <p className="contract-wait">
            待办：评价{e.other} <TimeLeft until={e.until} provisional={e.provisional} />
          </p>
        </li>
      ))}
    </ul>
  );
}

/** The contracts that today asks something of someone, one card for each side he is on. */
export function ContractCards({ me }: { me: Me }) {
  return viewsOf(me)
    .map((v) => v.value)
    .filter((v) => v !== "region")
    .map((v) => <Card key={v} view={v} />);
}

function Card({ view }: { view: Exclude<View, "region"> }) {
  const list = useContracts(view, true);
  const first = list.data?.pages[0];
  const id = `contracts-today-${view}`;
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{view === "agency" ? "承接的合同等我做什么？" : "采购的合同等我做什么？"}</h2>
      {list.error ? (
        <ReadFault fault={list.error} retry={() => void list.refetch()} />
      ) : first === undefined ? (
        <RowsSkeleton rows={2} />
      ) : first.items.length === 0 ? (
        <p className="tell">没有等您确认、验收或者答复的合同。</p>
      ) : (
        <ul className="contracts">
          {first.items.slice(0, shown).map((c) => (
            <ContractRow key={c.id} c={c} />
          ))}
        </ul>
      )}
      <DueLines view={view} />
      <p className="card-more">
        <Link to={`/contracts?view=${view}`}>{first !== undefined && first.total > shown ? `还有 ${first.total - shown} 份，看全部合同` : "看全部合同"}</Link>
      </p>
    </section>
  );
}
