import { Button } from "antd";
import { Link, useSearchParams } from "react-router";
import { Refusal } from "../../../shared/api/client";
import { may, useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { AppealsDesk } from "./AppealsDesk";
import { LotteryCard } from "./Lottery";
import { ObjectionsDesk } from "./ObjectionsDesk";
import { ProcurementRow } from "./ProcurementRow";
import { useMine, viewsOf, type View } from "./procurements";
import { StartCard } from "./StartCard";
import "./procurement.css";

/** The procurements of each side someone is on. */
export function Procurements() {
  const { data: me } = useMe();
  return me === undefined ? null : <Lists me={me} />;
}

function Lists({ me }: { me: Me }) {
  const views = viewsOf(me);
  const [query, setQuery] = useSearchParams();
  const view = views.find((v) => v.value === query.get("view")) ?? views[0];
  if (view === undefined)
    return (
      <Page title="采购" lede="您的角色没有参与采购的事。">
        <p className="card">
          公开的采购公告在<a href="/procurements">门户的采购页</a>。
        </p>
      </Page>
    );
  return (
    <Page title="采购" lede="从需求到中选：公告、密封报价、抽取和结果，每一步都公开可查。">
      {views.length > 1 ? (
        <div className="switch" role="group" aria-label="看哪一类">
          {views.map((v) => (
            <Button key={v.value} type={v.value === view.value ? "primary" : "default"} aria-pressed={v.value === view.value} onClick={() => { setQuery({ view: v.value }); }}>
              {v.words}
            </Button>
          ))}
        </div>
      ) : null}
      {view.value === "purchaser" && may(me, "procurement:prepare") ? <StartCard me={me} /> : null}
      {view.value === "operator" ? <ObjectionsDesk /> : null}
      {view.value === "operator" ? <AppealsDesk /> : null}
      {view.value === "operator" && may(me, "lottery:enter") ? <LotteryCard /> : null}
      <List view={view.value} empty={view.empty} title={view.words} />
    </Page>
  );
}

function List({ view, empty, title }: { view: View; empty: string; title: string }) {
  const list = useMine(view);
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  const first = list.data?.pages[0];
  return (
    <section className="card" aria-labelledby="procurement-list">
      <h2 id="procurement-list">
        {title}
        {first === undefined ? "" : `（${first.totalCapped === true ? `${first.total} 以上` : first.total}）`}
      </h2>
      {list.error instanceof Refusal && list.error.status === 409 ? (
        <p className="tell">
          {list.error.message}。<Link to="/new">新建申请</Link>
        </p>
      ) : list.error ? (
        <ReadFault fault={list.error} retry={() => void list.refetch()} />
      ) : first === undefined ? (
        <RowsSkeleton rows={4} />
      ) : rows.length === 0 ? (
        <p className="tell">{empty}</p>
      ) : (
        <ul className="procurements">
          {rows.map((p) => (
            <ProcurementRow key={p.id} p={p} />
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <p className="card-more">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            再看一页
          </Button>
        </p>
      ) : null}
    </section>
  );
}
