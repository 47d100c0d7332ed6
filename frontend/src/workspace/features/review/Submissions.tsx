import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { may, mayPrepare, mayReview, useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { BatchBar } from "./BatchBar";
import { ListFilters } from "./ListFilters";
import { SubmissionTable } from "./SubmissionTable";
import { useKinds, useSubmissions, type Filter, type View } from "./submissions";
import { useListFilter } from "./useListFilter";

const tabs: Record<View, { words: string; empty: string }> = {
  queue: { words: "待我审核", empty: "没有等您审核的申请。新提交的会出现在这里，最急的在前。" },
  all: { words: "辖区全部", empty: "辖区内还没有申请。" },
  mine: { words: "我的和本单位的", empty: "还没有申请。" },
};

function viewsOf(me: Me): View[] {
  return [
    ...(mayReview(me) ? (["queue"] as const) : []),
    ...(may(me, "submission:read-own") || mayPrepare(me) ? (["mine"] as const) : []),
    ...(may(me, "submission:read") ? (["all"] as const) : []),
  ];
}

/** Every submission in reach: what awaits me, mine, and all of my region's. */
export function Submissions() {
  const { data: me } = useMe();
  return me === undefined ? null : <Lists me={me} views={viewsOf(me)} />;
}

function Lists({ me, views }: { me: Me; views: View[] }) {
  const [filter, change] = useListFilter(views[0] ?? "mine");
  const kinds = useKinds();
  const list = useSubmissions(filter);
  const rows = list.data?.pages.flatMap((p) => p.items);
  const last = list.data?.pages.at(-1);
  const batch = filter.view === "queue" && mayReview(me);
  return (
    <Page
      title={views.includes("all") ? "申请与审核" : "我的申请"}
      lede={filter.view === "queue" ? "最急的在前。点标题看内容和差异，再办理。" : "点标题看内容、进展和意见。"}
      actions={
        mayPrepare(me) ? (
          <Link className="button" to="/new">
            新建申请
          </Link>
        ) : undefined
      }
    >
      {views.length > 1 ? (
        <nav className="view-tabs" aria-label="列表">
          <ul>
            {views.map((v) => (
              <li key={v}>
                <Link to={`?view=${v}`} aria-current={v === filter.view ? "page" : undefined}>
                  {tabs[v].words}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      ) : null}
      <section className="card list" aria-label={tabs[filter.view].words}>
        <ListFilters key={filter.view} filter={filter} change={change} kinds={kinds.data ?? []} />
        {rows === undefined ? (
          list.error ? (
            <ReadFault fault={list.error} retry={() => void list.refetch()} />
          ) : (
            <RowsSkeleton rows={6} />
          )
        ) : (
          <>
            <p role="status" className="list-count">
              <span>
                共 <b>{(last?.total ?? rows.length).toLocaleString("zh-CN")}</b>
                {last?.totalCapped ? " 件以上" : " 件"}
              </span>
            </p>
            {rows.length === 0 ? <Empty filter={filter} me={me} /> : <Rows key={JSON.stringify(filter)} batch={batch} rows={rows} />}
            {list.hasNextPage ? (
              <p className="unfold">
                <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  再看 20 件
                </Button>
              </p>
            ) : null}
          </>
        )}
      </section>
    </Page>
  );
}

function Empty({ filter, me }: { filter: Filter; me: Me }) {
  if (filter.kind !== "" || filter.state !== "" || filter.q !== "") return <p className="empty">没有符合条件的申请。去掉一个条件再试。</p>;
  return (
    <p className="empty">
      {tabs[filter.view].empty}
      {filter.view === "mine" && mayPrepare(me) ? (
        <>
          {" "}
          <Link to="/new">新建一件</Link>
        </>
      ) : null}
    </p>
  );
}

function Rows({ rows, batch }: { rows: Parameters<typeof SubmissionTable>[0]["rows"]; batch: boolean }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const still = rows.filter((r) => chosen.has(r.id));
  return (
    <>
      <SubmissionTable rows={rows} {...(batch ? { chosen, choose: setChosen } : {})} />
      {batch && still.length > 0 ? (
        <BatchBar
          chosen={still}
          clear={() => {
            setChosen(new Set());
          }}
        />
      ) : null}
    </>
  );
}
