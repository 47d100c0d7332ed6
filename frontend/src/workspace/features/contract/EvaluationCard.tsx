import { Alert, Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { dateTime, until } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { AreaField } from "../../frame/fields";
import { faultsOf } from "../../frame/faults";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { DecideAppeal } from "./AppealsDesk";
import { FileList, FilesField, idsOf } from "./Files";
import { OpinionForm } from "./OpinionForm";
import { ActButton, ReasonForm } from "./ReasonForm";
import { Stars } from "./Stars";
import { sideWords, useStep, type Attachment } from "./contracts";
import { useBoard, type Board, type Said } from "./evaluations";

/** What the two sides say of each other once the service is accepted. */
export function EvaluationCard({ id }: { id: string }) {
  const asked = useBoard(id);
  const b = asked.data;
  if (b?.open === false) return null;
  return (
    <section className="card" aria-labelledby="evaluation">
      <h2 id="evaluation">双方怎么评价？</h2>
      {asked.error ? <ReadFault fault={asked.error} retry={() => void asked.refetch()} /> : b === undefined ? <RowsSkeleton rows={2} /> : <Shown b={b} />}
    </section>
  );
}

function Shown({ b }: { b: Board }) {
  const evaluate = b.allowedActions.find((a) => a.action === "evaluate");
  const other = b.side === "purchaser" ? sideWords.agency : sideWords.purchaser;
  return (
    <>
      <ul className="sides">
        {b.standing.map((s) => (
          <li key={s.side}>
            {s.sideLabel}的评价 <Tag color={s.state === "due" ? "warning" : s.state === "published" ? "success" : "default"}>{s.stateLabel}</Tag>
          </li>
        ))}
      </ul>
      {b.standing.some((s) => s.state === "due") && b.until !== undefined ? (
        <p>
          评价期限 <TimeLeft until={b.until} provisional={b.provisional} />
          ，期满后不能再评价，只按客观记录计算。
        </p>
      ) : null}
      {b.standing.some((s) => s.state === "due" || s.state === "given") ? (
        <p className="tell">双方都评价或者期满时，两份评价同时公开；在那以前，谁也看不到对方写了什么。给出时摘要已记入公开日志，平台也改不了。</p>
      ) : null}
      {evaluate === undefined ? null : (
        <>
          <h3>评价{other}</h3>
          <OpinionForm b={b} act="给出评价" send={(o) => read(api.POST("/api/v1/contracts/{id}/evaluations", { params: { path: { id: b.contractId } }, body: o }))} />
        </>
      )}
      {b.evaluations.map((e) => (
        <Evaluation key={e.id} b={b} e={e} />
      ))}
    </>
  );
}

function Evaluation({ b, e }: { b: Board; e: Said }) {
  const [open, setOpen] = useState<"reply" | "appeal" | "correct">();
  const may = (action: string): boolean => b.allowedActions.some((a) => a.action === action && a.subjectId === e.id);
  const appealBy = b.allowedActions.find((a) => a.action === "appeal-evaluation" && a.subjectId === e.id)?.until;
  const close = (): void => { setOpen(undefined); };
  return (
    <article className={e.state === "struck" || e.state === "corrected" ? "said struck" : "said"} aria-label={`${e.sideLabel}的评价`}>
      <p>
        <b>{e.sideLabel}的评价</b> <Tag color={e.state === "published" ? "success" : e.state === "given" ? "default" : "error"}>{e.stateLabel}</Tag>
        {e.correctsId === undefined ? null : <Tag>更正后的</Tag>} 加权平均 <b>{e.mean}</b> 星
      </p>
      <StarTable e={e} />
      {e.comment === undefined || e.comment === "" ? null : <p>{e.comment}</p>}
      {e.counts ? null : <Alert type="warning" title={e.whyNot} />}
      {e.struckReason === undefined || e.struckReason === "" ? null : <Alert type="error" title={`经申诉撤销：${e.struckReason}`} />}
      <p className="contract-facts">
        {dateTime(e.at)} 给出{e.publishedAt === undefined ? "，尚未公开" : ` · ${dateTime(e.publishedAt)} 公开`} · 摘要 {e.digest.slice(0, 12)}…
      </p>
      {e.reply === undefined || e.reply === "" ? null : (
        <p className="reply">
          {e.side === "purchaser" ? sideWords.agency : sideWords.purchaser}回复：{e.reply}
        </p>
      )}
      {e.appeal === undefined ? null : <Appeal b={b} e={e} />}
      {open === undefined ? (
        <p className="form-actions">
          {may("reply-evaluation") ? <Button onClick={() => { setOpen("reply"); }}>回复</Button> : null}
          {may("appeal-evaluation") ? <Button onClick={() => { setOpen("appeal"); }}>评价不实，申诉</Button> : null}
          {may("correct-evaluation") ? <Button type="primary" onClick={() => { setOpen("correct"); }}>更正评价</Button> : null}
          {may("appeal-evaluation") && appealBy !== undefined ? <small>申诉期限 {until(appealBy)}</small> : null}
        </p>
      ) : null}
      {open === "reply" ? (
        <ReasonForm act="公开回复" label="回复" help="只能回复一次，和评价一起公开；不要写电话和证件号码" run={(text) => read(api.POST("/api/v1/evaluations/{id}/reply", { params: { path: { id: e.id } }, body: { text } }))} close={close} />
      ) : null}
      {open === "appeal" ? <AppealForm e={e} close={close} /> : null}
      {open === "correct" ? (
        <>
          {e.correctBy === undefined ? null : (
            <p>
              更正期限 <TimeLeft until={e.correctBy} />
              ，只能更正一次，更正后立即公开。
            </p>
          )}
          <OpinionForm b={b} act="更正" send={(o) => read(api.POST("/api/v1/evaluations/{id}/correction", { params: { path: { id: e.id } }, body: o }))} close={close} />
        </>
      ) : null}
    </article>
  );
}

function StarTable({ e }: { e: Said }) {
  return (
    <dl className="star-lines">
      {e.stars.map((s) => (
        <div key={s.key}>
          <dt>{s.label}</dt>
          <dd>
            <Stars n={s.stars} />
            {s.reason === undefined || s.reason === "" ? null : <span>{s.reason}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Appeal({ b, e }: { b: Board; e: Said }) {
  const a = e.appeal;
  if (a === undefined) return null;
  const withdraw = b.allowedActions.some((x) => x.action === "withdraw-appeal" && x.subjectId === a.id);
  const decide = b.allowedActions.some((x) => x.action === "decide-appeal" && x.subjectId === a.id);
  return (
    <div className="reply">
      <p>
        申诉 <Tag color={a.state === "filed" ? "warning" : "default"}>{a.stateLabel}</Tag> {dateTime(a.at)}
      </p>
      <p>{a.reason}</p>
      <FileList files={a.files} />
      {a.state === "filed" ? (
        <p>
          审查期限 <TimeLeft until={a.dueAt} provisional={a.dueProvisional} />
          。审查期间评价照常计分。
        </p>
      ) : null}
      {a.answer === undefined || a.answer === "" ? null : <p>审查意见：{a.answer}</p>}
      {withdraw ? <ActButton words="撤回申诉" run={() => read(api.POST("/api/v1/evaluation-appeals/{id}/withdrawal", { params: { path: { id: a.id } } }))} /> : null}
      {decide ? <DecideAppeal id={a.id} /> : null}
    </div>
  );
}

function AppealForm({ e, close }: { e: Said; close: () => void }) {
  const [reason, setReason] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const step = useStep(() => read(api.POST("/api/v1/evaluations/{id}/appeals", { params: { path: { id: e.id } }, body: { reason, ...(files.length === 0 ? {} : { files: idsOf(files) }) } })), close);
  const faults = faultsOf(step.error);
  return (
    <form
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(undefined);
      }}
    >
      <p className="tell">由运营审核审查。成立的，评价撤销，不再计分；不成立的，评价维持。每条评价只能申诉一次。</p>
      <ActFault fault={step.error} />
      <AreaField label="哪里不实，依据是什么" help="对方和审查的人可以看到，不公开；不要写电话和证件号码" maxLength={2000} value={reason} change={setReason} fault={faults.reason} />
      <FilesField label="证据" optional value={files} change={setFiles} fault={faults.files} />
      <p className="form-actions">
        <Button type="primary" htmlType="submit" loading={step.isPending} disabled={reason.trim().length < 5}>
          提出申诉
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}
