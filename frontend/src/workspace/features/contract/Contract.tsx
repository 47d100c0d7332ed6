import { Alert, Tag } from "antd";
import { useEffect } from "react";
import { Link, useLocation, useParams } from "react-router";
import { yuanOf } from "../../../shared/format/amount";
import { dateTime } from "../../../shared/format/time";
import { Page } from "../../frame/Page";
import { PageSkeleton, ReadFault } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { ClockCard } from "./ClockCard";
import { EndingCard } from "./EndingCard";
import { EvaluationCard } from "./EvaluationCard";
import { MoneyCard } from "./MoneyCard";
import { ResultsCard } from "./ResultsCard";
import { TermsCard } from "./TermsCard";
import { placeOf, sideWords, todo, useContract, waits, type Contract as One } from "./contracts";
import { useBoard } from "./evaluations";
import "./contract.css";

/** One contract: where it stands, what I can do by when, and everything that became of it. */
export function Contract() {
  const { id = "" } = useParams();
  const asked = useContract(id);
  if (asked.error)
    return (
      <Page title="合同" lede="">
        <ReadFault fault={asked.error} retry={() => void asked.refetch()} />
      </Page>
    );
  return asked.data === undefined ? <PageSkeleton /> : <Shown c={asked.data} />;
}

function Shown({ c }: { c: One }) {
  const { hash } = useLocation();
  useEffect(() => {
    if (hash !== "") document.getElementById(hash.slice(1))?.scrollIntoView();
  }, [hash]);
  return (
    <Page
      title={c.title}
      lede={`${c.number} · ${c.purchaser} 与 ${c.agency} · ${yuanOf(c.priceFen)} 元 · ${c.days} 个工作日`}
      actions={<Link to={`/procurements/${c.procurementId}`}>看采购</Link>}
    >
      {c.demo === true ? <Alert className="notice" type="info" title="示例数据" /> : null}
      <Now c={c} />
      <TermsCard c={c} />
      <ClockCard c={c} />
      <ResultsCard c={c} />
      <MoneyCard c={c} />
      {c.state === "completed" ? <EvaluationCard id={c.id} /> : null}
      <EndingCard c={c} />
      <section className="card" aria-labelledby="course">
        <h2 id="course">全过程</h2>
        <ol className="course">
          {c.course.map((s) => (
            <li key={`${s.at}${s.action}`}>
              <b>{s.label}</b>
              <span>{s.note}</span>
              <small>
                {s.sideLabel} · {dateTime(s.at)}
                {s.entryId === undefined ? "" : " · 已记入公开日志"}
              </small>
            </li>
          ))}
        </ol>
      </section>
    </Page>
  );
}

/** Where it stands and what waits for whom, each thing leading to where it is done. */
function Now({ c }: { c: One }) {
  const board = useBoard(c.state === "completed" ? c.id : "");
  const evaluate = board.data?.allowedActions.filter((a) => a.awaited) ?? [];
  const waiting = waits(c.allowedActions.filter((a) => a.awaited));
  return (
    <section className="card" aria-labelledby="now">
      <h2 id="now">
        现在：<Tag>{c.stateLabel}</Tag>
        {c.side === undefined ? null : <small>您是{sideWords[c.side]}</small>}
      </h2>
      {c.endedReason === undefined || c.endedReason === "" ? null : <p>原因：{c.endedReason}</p>}
      {c.void === true ? <p>中选通知书已经失效，这份草稿作废。</p> : null}
      {waiting.length + evaluate.length === 0 ? (
        <p className="tell">{c.awaitingOther ? "现在没有要您办的，等对方办理。" : "现在没有要您办的。"}</p>
      ) : (
        <ul className="todo">
          {waiting.map((a) => (
            <li key={`${a.action} ${a.subjectId ?? ""} ${a.milestone ?? ""}`}>
              <a href={`#${placeOf(a.action)}`}>
                {todo(a)}
                {a.milestone === undefined ? "" : `（${c.milestones[a.milestone - 1]?.name ?? ""}）`}
              </a>
              {a.until === undefined ? null : (
                <>
                  {" "}
                  <TimeLeft until={a.until} />
                </>
              )}
            </li>
          ))}
          {evaluate.map((a) => (
            <li key={`${a.action} ${a.subjectId ?? ""}`}>
              <a href="#evaluation">{a.label}</a>
              {a.until === undefined ? null : (
                <>
                  {" "}
                  <TimeLeft until={a.until} provisional={board.data?.provisional} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
