import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { api, done, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField, SelectField, TextField } from "../../frame/fields";
import { Bid } from "./Bid";
import { Commit } from "./Commit";
import { useStart } from "./StartCard";
import { useStep, type MyDetail } from "./procurements";

/** What someone may do now, each thing as a card of its own. The server said what is allowed. */
export function Acts({ d }: { d: MyDetail }) {
  const has = (...actions: string[]): boolean => d.allowedActions.some((a) => actions.includes(a.action));
  return (
    <>
      {has("answer") || (d.waitingQuestions?.length ?? 0) > 0 ? <Answers d={d} /> : null}
      {has("bid") ? <Bid d={d} /> : null}
      {has("explain") ? <Words d={d} title="说明报价" label="成本构成和依据" help="20 字以上，说明为什么能以这个价格完成；由项目业主判断" act="提交说明" run={(id, text) => done(api.POST("/api/v1/procurements/{id}/explanation", { params: { path: { id } }, body: { text } }))} /> : null}
      {has("declare") ? <Declare id={d.id} /> : null}
      {has("commit", "reveal") ? <Commit d={d} /> : null}
      {has("refuse-award") ? <Refuse d={d} /> : null}
      {has("ask") ? <Words d={d} title="就公告提问" label="提问" help="问题和答复会公开，不显示是谁问的；不要写电话" act="提问" run={(id, question) => done(api.POST("/api/v1/procurements/{id}/questions", { params: { path: { id } }, body: { question } }))} /> : null}
      {has("amend", "republish") ? <Again d={d} amend={has("amend")} /> : null}
      {has("withdraw") ? <Words d={d} title="撤回公告" label="撤回的原因" help="会公布；已有的投标永远不打开" act="撤回公告" danger run={(id, reason) => done(api.POST("/api/v1/procurements/{id}/withdrawal", { params: { path: { id } }, body: { reason } }))} /> : null}
      {has("void-draw") ? <VoidDraw id={d.id} /> : null}
    </>
  );
}

export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface WordsProps {
  d: MyDetail;
  title: string;
  label: string;
  help: string;
  act: string;
  danger?: boolean;
  run: (id: string, text: string) => Promise<void>;
}

/** An act that takes a text and nothing else. */
function Words({ d, title, label, help, act, danger = false, run }: WordsProps) {
  const [text, setText] = useState("");
  const step = useStep((words: string) => run(d.id, words), () => { setText(""); });
  return (
    <Card title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          step.mutate(text.trim());
        }}
      >
        <ActFault fault={step.error} />
        {step.isSuccess ? <p role="status">已提交。</p> : null}
        <AreaField label={label} help={help} value={text} change={setText} maxLength={4000} fault={Object.values(faultsOf(step.error))[0]} />
        <Button type={danger ? "default" : "primary"} danger={danger} htmlType="submit" loading={step.isPending} disabled={text.trim() === ""}>
          {act}
        </Button>
      </form>
    </Card>
  );
}

function Answers({ d }: { d: MyDetail }) {
  const waiting = d.waitingQuestions ?? [];
  if (waiting.length === 0) return null;
  return (
    <Card title={`${waiting.length} 个提问待答复`}>
      {waiting.map((q) => (
        <AnswerOne key={q.id} id={d.id} question={q.id} words={q.question} />
      ))}
    </Card>
  );
}

function AnswerOne({ id, question, words }: { id: string; question: string; words: string }) {
  const [text, setText] = useState("");
  const step = useStep((answer: string) => done(api.PUT("/api/v1/procurements/{id}/questions/{question}", { params: { path: { id, question } }, body: { answer } })));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(text.trim());
      }}
    >
      <p>{words}</p>
      <ActFault fault={step.error} />
      <AreaField label="答复" help="会公开，并告知符合条件的机构" value={text} change={setText} maxLength={2000} />
      <Button type="primary" htmlType="submit" loading={step.isPending} disabled={text.trim().length < 5}>
        公开答复
      </Button>
    </form>
  );
}

function Declare({ id }: { id: string }) {
  const [conflict, setConflict] = useState("");
  const [note, setNote] = useState("");
  const step = useStep(() => done(api.POST("/api/v1/procurements/{id}/panel/declaration", { params: { path: { id } }, body: { conflict: conflict === "yes", ...(note === "" ? {} : { note }) } })));
  return (
    <Card title="声明有无利害关系">
      <p className="tell">声明之前看不到投标。与投标机构、项目业主任职、持股、亲属或三年内有业务往来的，应当回避，由下一位候补替补。</p>
      <ActFault fault={step.error} />
      <RadioField label="与本项目各方" value={conflict} change={setConflict} choices={[{ value: "no", words: "没有利害关系，参加评审" }, { value: "yes", words: "有利害关系，回避" }]} />
      {conflict === "yes" ? <AreaField label="回避的原因" help="不公开" value={note} change={setNote} maxLength={1000} /> : null}
      <Button type="primary" disabled={conflict === ""} loading={step.isPending} onClick={() => { step.mutate(undefined); }}>
        提交声明
      </Button>
    </Card>
  );
}

function Again({ d, amend }: { d: MyDetail; amend: boolean }) {
  const start = useStart();
  return (
    <Card title={amend ? "更正公告" : "重新发布"}>
      <p className="tell">{amend ? "更正审核通过后公布。影响报名的，报名时间重新计算；改了价格、资质或选取方式的，已有的投标须重新提交。" : "从这份公告复制一份，改好条件再提交审核。"}</p>
      <ActFault fault={start.error} />
      <Button loading={start.isPending} onClick={() => { start.mutate({ kind: amend ? "procurement-amendment" : "procurement-notice", subject: d.id }); }}>
        {amend ? "填写更正" : "复制并修改"}
      </Button>
    </Card>
  );
}

function Refuse({ d }: { d: MyDetail }) {
  const asAgency = d.sides.includes("agency");
  const [how, setHow] = useState(asAgency ? "declined" : "");
  const [reason, setReason] = useState("");
  const award = d.awards.at(-1);
  const step = useStep(() => read(api.POST("/api/v1/procurements/{id}/award/refusals", { params: { path: { id: d.id } }, body: { number: award?.number ?? "", how: how as "declined" | "no_show" | "refused_to_sign", reason } })));
  return (
    <Card title={asAgency ? "放弃中选" : "报告没有签约"}>
      <p className="tell">由第一候补递补，原因公布；没有正当理由放弃的，会记入信用。</p>
      <ActFault fault={step.error} />
      {asAgency ? null : <SelectField label="情形" value={how} change={setHow} choices={[{ value: "no_show", words: "逾期没有来签合同" }, { value: "refused_to_sign", words: "拒绝签合同" }]} />}
      <AreaField label="原因" help="会公布" value={reason} change={setReason} maxLength={2000} />
      <Button danger disabled={how === "" || reason.trim().length < 5} loading={step.isPending} onClick={() => { step.mutate(undefined); }}>
        {asAgency ? "放弃中选" : "报告"}
      </Button>
    </Card>
  );
}

function VoidDraw({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  const [v, setV] = useState({ reason: "", decision: "", kind: "drand", game: "", issue: "", date: "" });
  const step = useStep(() =>
    done(
      api.POST("/api/v1/procurements/{id}/void-draw", {
        params: { path: { id } },
        body: { reason: v.reason, decision: v.decision, source: v.kind === "drand" ? { kind: "drand" } : { kind: "lottery", game: v.game, issue: v.issue, date: v.date } },
      }),
    ),
  );
  const faults = faultsOf(step.error);
  const set = (name: keyof typeof v) => (value: string) => { setV({ ...v, [name]: value }); };
  return (
    <Card title="宣布抽取无效">
      <p className="tell">没有“重抽”：只有抽取不能进行或依法无效时，凭书面决定宣布无效，指定尚未出现的新熵源。名单和编号不变，全部公布。</p>
      {open ? (
        <>
          <ActFault fault={step.error} />
          <AreaField label="为什么无效" value={v.reason} change={set("reason")} fault={faults.reason} maxLength={2000} />
          <TextField label="依据的决定及其文号" value={v.decision} change={set("decision")} fault={faults.decision} />
          <RadioField label="新的熵源" value={v.kind} change={set("kind")} fault={faults.source} choices={[{ value: "drand", words: "drand 随机信标的下一轮" }, { value: "lottery", words: "公开彩票的下一期" }]} />
          {v.kind === "lottery" ? (
            <>
              <TextField label="彩票名称" value={v.game} change={set("game")} />
              <TextField label="期号" value={v.issue} change={set("issue")} />
              <TextField label="开奖日期" type="date" value={v.date} change={set("date")} />
            </>
          ) : null}
          <Button danger loading={step.isPending} onClick={() => { step.mutate(undefined); }}>
            宣布无效
          </Button>
        </>
      ) : (
        <Button onClick={() => { setOpen(true); }}>办理</Button>
      )}
    </Card>
  );
}
