import { Button, Tag } from "antd";
import { Link, useSearchParams } from "react-router";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { screenOf, useMarkRead, useMessages, type Message } from "./messages";
import { Notifications } from "./Notifications";

/** What the platform told me, the latest first. */
export function Messages() {
  const [params] = useSearchParams();
  const unread = params.get("show") === "unread";
  const list = useMessages(unread);
  const mark = useMarkRead();
  const rows = list.data?.pages.flatMap((p) => p.items);
  return (
    <Page
      title="消息"
      lede="审核进展、到期提醒、账号变动。要办的事也在“今天”里。"
      actions={
        rows?.some((m) => m.readAt === undefined) ? (
          <Button loading={mark.isPending && mark.variables === undefined} onClick={() => { mark.mutate(undefined); }}>全部标为已读</Button>
        ) : undefined
      }
    >
      <nav className="view-tabs" aria-label="消息">
        <ul>
          <li>
            <Link to="?" aria-current={unread ? undefined : "page"}>全部</Link>
          </li>
          <li>
            <Link to="?show=unread" aria-current={unread ? "page" : undefined}>未读</Link>
          </li>
        </ul>
      </nav>
      <section className="card list" aria-label={unread ? "未读消息" : "全部消息"}>
        <ActFault fault={mark.error} />
        {rows === undefined ? (
          list.error ? <ReadFault fault={list.error} retry={() => void list.refetch()} /> : <RowsSkeleton rows={5} />
        ) : rows.length === 0 ? (
          <p className="empty">{unread ? "没有未读的消息。" : "还没有消息。申请有进展、证书快到期时，会在这里告诉您。"}</p>
        ) : (
          <ul className="messages">
            {rows.map((m) => (
              <Line key={m.id} message={m} mark={() => { mark.mutate(m.id); }} />
            ))}
          </ul>
        )}
        {list.hasNextPage ? (
          <p className="unfold">
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>再看 20 条</Button>
          </p>
        ) : null}
      </section>
      <Notifications />
    </Page>
  );
}

/** Following its link reads it; one without a link is read by a button. */
function Line({ message: m, mark }: { message: Message; mark: () => void }) {
  const fresh = m.readAt === undefined;
  return (
    <li className={fresh ? "unread" : undefined}>
      <p>
        {fresh ? <span className="visually-hidden">未读：</span> : null}
        {m.link === undefined || m.link === "" ? <b>{m.title}</b> : <Link to={screenOf(m.link)} onClick={() => { if (fresh) mark(); }}>{m.title}</Link>}
      </p>
      <p className="pre">{m.body}</p>
      <p className="message-foot">
        <Tag>{m.kindLabel}</Tag>
        <time dateTime={m.createdAt}>{dateTime(m.createdAt)}</time>
        {fresh ? (
          <button type="button" className="reason-open" onClick={mark}>
            标为已读<span className="visually-hidden">：{m.title}</span>
          </button>
        ) : null}
      </p>
    </li>
  );
}
