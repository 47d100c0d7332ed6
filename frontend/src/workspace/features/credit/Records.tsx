import { Button, Tag } from "antd";
import { Link, useSearchParams } from "react-router";
import { SelectField } from "../../frame/fields";
import { may, useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { ownCodes, pointsWords, states, toneOf, useRecords, viewsOf, type Row, type View } from "./credit";
import { OwnScore } from "./OwnScore";
import "./credit.css";

/** Records of conduct: what awaits me first, then all that I may see. */
export function Records() {
  const { data: me } = useMe();
  return me === undefined ? null : <Lists me={me} />;
}

function Lists({ me }: { me: Me }) {
  const views = viewsOf(me);
  const [query, setQuery] = useSearchParams();
  const view = views.find((v) => v.value === query.get("view")) ?? views[0];
  const state = query.get("state") ?? "";
  if (view === undefined)
    return (
      <Page title="信用" lede="您的角色没有要办理的信用记录。">
        <p className="card">机构的信用得分在门户的机构页面。</p>
      </Page>
    );
  const propose = may(me, "credit-record:propose");
  return (
    <Page
      title="信用"
      lede={propose ? "提出、告知、申辩、认定、公布：一条记录要两个人办，机构先有话说。" : "关于本机构的记录：先告知，可以申辩；公布后可以修复、申诉。"}
      actions={
        <>
          {propose ? (
            <Link to="/credit-records/propose">提出记录</Link>
          ) : null}{" "}
          <Link to="/credit-rubric">评分标准</Link> <Link to="/credit-bans">法定禁业</Link>
        </>
      }
    >
      {may(me, "credit-record:answer") ? ownCodes(me).map((o) => <OwnScore key={o.uscc} name={o.name} uscc={o.uscc} />) : null}
      {views.length > 1 ? (
        <div className="switch" role="group" aria-label="看哪一类">
          {views.map((v) => (
            <Button key={v.value} type={v.value === view.value ? "primary" : "default"} aria-pressed={v.value === view.value} onClick={() => { setQuery({ view: v.value }); }}>
              {v.words}
            </Button>
          ))}
        </div>
      ) : null}
      {view.value === "queue" ? null : (
        <SelectField label="状态" optional value={state} none="全部" choices={states.map((s) => ({ value: s.value, words: s.words }))} change={(next) => { setQuery({ view: view.value, ...(next === "" ? {} : { state: next }) }); }} />
      )}
      <List view={view.value} state={view.value === "queue" ? "" : state} title={view.words} empty={state === "" ? view.empty : "没有这个状态的记录。"} />
    </Page>
  );
}

function List({ view, state, title, empty }: { view: View; state: string; title: string; empty: string }) {
  const list = useRecords(view, state);
  const rows = list.data?.pages.flatMap((p) => p.items) ?? [];
  const first = list.data?.pages[0];
  return (
    <section className="card" aria-labelledby="record-list">
      <h2 id="record-list">
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
        <ul className="credit-rows">
          {rows.map((r) => (
            <Line key={r.id} r={r} />
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

function Line({ r }: { r: Row }) {
  return (
    <li>
      <p className="credit-title">
        <Link to={`/credit-records/${r.id}`}>
          {r.agencyName}：{r.conduct}
        </Link>{" "}
        <Tag color={toneOf(r)}>{r.stateLabel}</Tag>
        {r.veto ? <Tag color="error">一票否决</Tag> : null}
        {r.demo ? <Tag>示例数据</Tag> : null}
      </p>
      <p className="credit-facts">
        {r.levelLabel} · {pointsWords(r.tenths)} 分 · {r.rubric} 第 {r.version} 版
        {r.expiresOn === undefined ? "" : ` · 计分至 ${r.expiresOn}`}
      </p>
      {r.state === "notified" && r.defenceUntil !== undefined && r.level !== "honour" ? (
        <p className="credit-facts">
          申辩 <TimeLeft until={r.defenceUntil} />
        </p>
      ) : null}
      {r.awaits ? <p className="credit-wait">等您办理</p> : null}
    </li>
  );
}
