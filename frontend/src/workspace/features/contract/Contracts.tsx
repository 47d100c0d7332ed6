import { Button, Tag } from "antd";
import { Link, useSearchParams } from "react-router";
import { useMe, may, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { until } from "../../../shared/format/time";
import { yuanOf } from "../../../shared/format/amount";
import { AppealsDesk } from "./AppealsDesk";
import { EvaluationsDue } from "./EvaluationsDue";
import { todo, useContracts, viewsOf, waits, type ContractRow as Row, type View } from "./contracts";
import "./contract.css";

/** The contracts of each side someone is on; what awaits him stands first. */
export function Contracts() {
  const { data: me } = useMe();
  return me === undefined ? null : <Lists me={me} />;
}

function Lists({ me }: { me: Me }) {
  const views = viewsOf(me);
  const [query, setQuery] = useSearchParams();
  const view = views.find((v) => v.value === query.get("view")) ?? views[0];
  if (view === undefined)
    return (
      <Page title="合同" lede="您的角色没有合同要办。">
        <p className="card">合同的金额、时限和履约情况，在门户每个采购项目的页面公开。</p>
      </Page>
    );
  return (
    <Page title="合同" lede="从签订到付清：承诺多少天、用了多少天、停了多少天，双方都看得到。">
      {views.length > 1 ? (
        <div className="switch" role="group" aria-label="看哪一类">
          {views.map((v) => (
            <Button key={v.value} type={v.value === view.value ? "primary" : "default"} aria-pressed={v.value === view.value} onClick={() => { setQuery({ view: v.value }); }}>
              {v.words}
            </Button>
          ))}
        </div>
      ) : null}
      {view.value === "region" ? may(me, "evaluation-appeal:decide") ? <AppealsDesk /> : null : <Awaiting view={view.value} />}
      {view.value === "region" ? null : <EvaluationsDue view={view.value} />}
      <All view={view.value} title={view.words} empty={view.empty} />
    </Page>
  );
}

function Awaiting({ view }: { view: View }) {
  const list = useContracts(view, true);
  const first = list.data?.pages[0];
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="card" aria-labelledby="contracts-awaiting">
      <h2 id="contracts-awaiting">{first === undefined || first.total === 0 ? "等我办的" : `${first.total} 份合同等我办`}</h2>
      {list.error ? (
        <ReadFault fault={list.error} retry={() => void list.refetch()} />
      ) : first === undefined ? (
        <RowsSkeleton rows={2} />
      ) : rows.length === 0 ? (
        <p className="tell">没有等您确认、验收或者答复的合同。</p>
      ) : (
        <ul className="contracts">
          {rows.map((c) => (
            <ContractRow key={c.id} c={c} />
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

function All({ view, title, empty }: { view: View; title: string; empty: string }) {
  const list = useContracts(view, false);
  const first = list.data?.pages[0];
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="card" aria-labelledby="contracts-all">
      <h2 id="contracts-all">
        {title}
        {first === undefined ? "" : `（${first.totalCapped === true ? `${first.total} 以上` : first.total}）`}
      </h2>
      {list.error ? (
        <ReadFault fault={list.error} retry={() => void list.refetch()} />
      ) : first === undefined ? (
        <RowsSkeleton rows={4} />
      ) : rows.length === 0 ? (
        <p className="tell">{empty}</p>
      ) : (
        <ul className="contracts">
          {rows.map((c) => (
            <ContractRow key={c.id} c={c} />
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

/** One contract in a list: what it is, where it stands, what waits for whom. */
export function ContractRow({ c }: { c: Row }) {
  const waiting = waits(c.awaiting);
  return (
    <li>
      <p className="contract-title">
        <Link to={`/contracts/${c.id}`}>{c.title}</Link> <Tag>{c.stateLabel}</Tag>
        {c.demo === true ? <Tag>示例数据</Tag> : null}
        {c.signLate && c.signedAt === undefined ? <Tag color="error">签订超期</Tag> : null}
        {c.fileLate && c.filedAt === undefined ? <Tag color="error">备案超期</Tag> : null}
        {c.overdueFen > 0 ? <Tag color="error">逾期未付 {yuanOf(c.overdueFen)} 元</Tag> : null}
      </p>
      <p className="contract-facts">
        {c.number} · {c.purchaser} · {c.agency} · {yuanOf(c.priceFen)} 元 · {c.days} 个工作日
      </p>
      <p className="contract-facts">
        {c.signedAt === undefined ? (
          c.void === true ? "中选通知书已经失效" : <>签订期限 <TimeLeft until={c.signBy} /></>
        ) : c.state === "signed" && c.fileBy !== undefined ? (
          <>
            备案期限 <TimeLeft until={c.fileBy} provisional={c.fileByProvisional} />
          </>
        ) : c.acceptedAt !== undefined ? (
          `验收完成 ${until(c.acceptedAt)}，用了 ${c.usedDays ?? 0} 个工作日；已付 ${yuanOf(c.paidFen)} 元`
        ) : c.terminatedAt !== undefined ? (
          `已终止：${c.endedReason ?? ""}`
        ) : c.dueOn === undefined ? (
          "停计中"
        ) : (
          `承诺 ${c.dueOn} 以前交付`
        )}
      </p>
      {waiting.length > 0 ? <p className="contract-wait">待办：{waiting.map(todo).join("、")}</p> : c.awaitingOther ? <p className="contract-facts">等对方办理</p> : null}
    </li>
  );
}
