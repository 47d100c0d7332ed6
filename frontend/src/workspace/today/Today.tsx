import { Link } from "react-router";
import { useCounts, waiting, type Counts } from "../frame/counts";
import { may, mayPrepare, mayReview, roleWords, useMe, type Me } from "../frame/me";
import { Page } from "../frame/Page";
import { CardsSkeleton } from "../frame/states";
import { ContractCards } from "../features/contract/ContractCards";
import { ProcurementCards } from "../features/procurement/ProcurementCards";
import { MyPapers } from "../features/review/MyPapers";
import { Queue } from "../features/review/Queue";
import { WorkloadCard } from "../features/review/WorkloadCard";

/** First screen: what awaits me, then the work. */
export function Today() {
  const { data: me } = useMe();
  return me === undefined ? null : <Mine me={me} />;
}

function Mine({ me }: { me: Me }) {
  const counts = useCounts(me);
  return (
    <Page title={titleOf(counts)} lede={`${me.name ?? ""} · ${roleWords(me)}`}>
      {counts === undefined ? (
        <CardsSkeleton count={2} />
      ) : (
        <div className="today">
          <Notes me={me} counts={counts} />
          {mayReview(me) ? <Queue total={counts.queue} /> : null}
          {mayPrepare(me) || may(me, "submission:read-own") ? <MyPapers counts={counts} me={me} /> : null}
          <ProcurementCards me={me} />
          <ContractCards me={me} />
          {may(me, "workload:read") ? <WorkloadCard /> : null}
          {may(me, "audit:read") ? <AuditCard /> : null}
        </div>
      )}
    </Page>
  );
}

function titleOf(counts: Counts | undefined): string {
  if (counts === undefined) return "今天";
  const n = waiting(counts);
  return n === 0 ? "今天没有要处理的" : `今天要处理 ${n.toLocaleString("zh-CN")} 件`;
}

/** Small things worth a line each. */
function Notes({ me, counts }: { me: Me; counts: Counts }) {
  const lines = [
    counts.unread > 0 ? { key: "unread", to: "/messages", words: `${counts.unread} 条消息未读` } : undefined,
    me.pendingEmail === undefined || me.pendingEmail === ""
      ? undefined
      : { key: "email", to: "/account", words: `邮箱 ${me.pendingEmail} 还没有验证，验证后才能用来找回密码` },
  ].filter((l) => l !== undefined);
  if (lines.length === 0) return null;
  return (
    <ul className="today-notes">
      {lines.map((l) => (
        <li key={l.key}>
          <Link to={l.to}>{l.words}</Link>
        </li>
      ))}
    </ul>
  );
}

function AuditCard() {
  return (
    <section className="card" aria-labelledby="audit-card">
      <h2 id="audit-card">谁做了什么？</h2>
      <p className="tell">每一次写入、每一次查看个人敏感信息、每一次被拒绝的操作，都有记录，改不掉。</p>
      <p className="card-more">
        <Link to="/audit">查审计日志</Link>
      </p>
    </section>
  );
}
