import { Alert, Tag } from "antd";
import { Link, useParams } from "react-router";
import { yuanOf } from "../../../shared/format/amount";
import { dateTime } from "../../../shared/format/time";
import { may, useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { PageSkeleton, ReadFault } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { Acts } from "./Acts";
import { Compare } from "./Compare";
import { ContractLink } from "./ContractLink";
import { PurchaserRating } from "./PurchaserRating";
import { Standing } from "./Standing";
import { priceWords, useMy, type MyDetail } from "./procurements";
import "./procurement.css";

/** One procurement for someone with a part in it: what it is, what he can do by when, its course. */
export function Procurement() {
  const { id = "" } = useParams();
  const { data: me } = useMe();
  const asked = useMy(id);
  if (asked.error)
    return (
      <Page title="采购" lede="">
        <ReadFault fault={asked.error} retry={() => void asked.refetch()} />
      </Page>
    );
  if (asked.data === undefined || me === undefined) return <PageSkeleton />;
  return <Shown d={asked.data} me={me} />;
}

function Shown({ d, me }: { d: MyDetail; me: Me }) {
  const due = d.allowedActions.flatMap((a) => (a.until === undefined ? [] : [{ ...a, until: a.until }]));
  const award = d.awards.findLast((a) => a.valid);
  const outside = d.state === "open" && may(me, "bid:submit") && !d.sides.includes("agency");
  const compares = d.opened && d.sides.some((s) => s === "purchaser" || s === "operator" || (s === "expert" && (d.member === "declared" || d.member === "scored")));
  return (
    <Page title={d.title} lede={`${d.number} · ${d.purchaser} · ${d.methodLabel} · ${priceWords(d)}`} actions={<a href={`/procurements/${d.id}`}>看公开的页面</a>}>
      {d.demo ? <Alert className="sample" type="info" title="示例数据：业主、机构和报价都是虚构的" /> : null}
      <section className="card" aria-labelledby="stand">
        <h2 id="stand">
          现在：<Tag>{d.stateLabel}</Tag>
        </h2>
        {d.state === "open" ? (
          <p>
            报名截止 <TimeLeft until={d.deadline} />
            。以平台数据库的时钟为准；开标之前，报价、方案和家数谁也看不到。
          </p>
        ) : null}
        {d.state === "open" || d.state === "publicity" ? null : (
          <>
            {due.map((a) => (
              <p key={a.action}>
                {a.label}，期限 <TimeLeft until={a.until} />
              </p>
            ))}
            {due.length === 0 && d.choiceUntil !== undefined && d.state === "selecting" ? (
              <p>
                等{d.method === "panel" ? "专家评分" : "项目业主办理"}，期限 <TimeLeft until={d.choiceUntil} />
              </p>
            ) : null}
          </>
        )}
        {d.publicityUntil !== undefined && d.state === "publicity" ? (
          <p>
            公示至 <TimeLeft until={d.publicityUntil} provisional={d.publicityProvisional} />
          </p>
        ) : null}
        {d.endedReason === undefined || d.endedReason === "" ? null : <p>原因：{d.endedReason}</p>}
        {award === undefined ? null : (
          <p>
            中选：{award.agency}，{yuanOf(award.priceFen)} 元。<a href={`/procurements/${d.id}/award?number=${award.number}`}>中选通知书 {award.number}</a>
          </p>
        )}
        {outside ? (
          <p className="tell">
            您的单位还没有入驻，不能报名。<Link to="/new">申请入驻</Link>
          </p>
        ) : d.allowedActions.length === 0 ? (
          <p className="tell">现在没有要您办的。</p>
        ) : null}
        <ContractLink d={d} />
      </section>
      <Acts d={d} />
      {d.sides.includes("agency") && d.own !== undefined ? <Standing id={d.id} /> : null}
      {d.sides.includes("agency") || d.sides.includes("purchaser") ? <PurchaserRating id={d.id} /> : null}
      {compares ? <Compare d={d} /> : null}
      <section className="card" aria-labelledby="facts">
        <h2 id="facts">公告内容</h2>
        {d.facts.map((g) => (
          <div key={g.title}>
            <h3>{g.title}</h3>
            <dl className="facts-grid">
              {g.facts.map((f) => (
                <FactLine key={f.label} label={f.label} value={f.value} />
              ))}
            </dl>
          </div>
        ))}
      </section>
      <section className="card" aria-labelledby="course">
        <h2 id="course">全过程</h2>
        <ol className="course">
          {d.course.map((c) => (
            <li key={`${c.at}${c.action}`}>
              <b>{c.note.endsWith(c.label) ? c.note : c.label}</b>
              {c.note.endsWith(c.label) ? null : c.note}
              <small>
                {" "}
                {c.side === "clock" ? "到时自动" : c.sideLabel} · {dateTime(c.at)}
                {c.index === undefined ? "" : ` · 公开日志第 ${c.index} 条`}
              </small>
            </li>
          ))}
        </ol>
      </section>
    </Page>
  );
}

function FactLine({ label, value }: { label: string; value: string }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </>
  );
}
