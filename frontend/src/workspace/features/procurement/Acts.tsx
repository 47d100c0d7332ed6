import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { api, done, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { Confirm } from "../../frame/Confirm";
import { AreaField, RadioField, SelectField, TextField } from "../../frame/fields";
import { useWanting } from "../../frame/useWanting";
import { Bid } from "./Bid";
import { Commit } from "./Commit";
import { useStart } from "./StartCard";
import { useStep, type MyDetail } from "./procurements";

/** What someone may do now, each thing as a card of its own. The server said what is allowed. */
export function Acts({ d }: { d: MyDetail }) {
  const has = (...actions: string[]): boolean => d.allowedActions.some((a) => actions.includes(a.action));
  return (
    <>
      {has("answer") ? <Answers d={d} /> : null}
      {has("bid") ? <Bid d={d} /> : null}
      {has("explain") ? <Words d={d} title="说明报价" label="成本构成和依据" least={20} help="报价明显低于各家的平均数，须说明为什么能以这个价格完成，由项目业主判断；逾期不说明的，投标无效" act="提交说明" run={(id, text) => done(api.POST("/api/v1/procurements/{id}/explanation", { params: { path: { id } }, body: { text } }))} /> : null}
      {has("declare") ? <Declare id={d.id} /> : null}
      {has("commit", "reveal") ? <Commit d={d} /> : null}
      {has("refuse-award") ? <Refuse d={d} /> : null}
      {has("ask") ? <Words d={d} title="就公告提问" label="提问" least={5} help="问题和答复会公开，不显示是谁问的；不要写电话" act="提问" run={(id, question) => done(api.POST("/api/v1/procurements/{id}/questions", { params: { path: { id } }, body: { question } }))} /> : null}
      {has("amend", "republish") ? <Again d={d} amend={has("amend")} /> : null}
      {has("withdraw") ? <Words d={d} title="撤回公告" label="撤回的原因" least={10} help="会公布；已有的投标永远不打开" act="撤回公告" warning="撤回以后不能恢复：公告停止报名，原因立即公布，已报名的机构都会收到消息。要再采购，须重新发布公告。" run={(id, reason) => done(api.POST("/api/v1/procurements/{id}/withdrawal", { params: { path: { id } }, body: { reason } }))} /> : null}
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

/** An act that is seldom wanted and cannot be taken back: its form opens only when asked for. */
function Rare({ title, tell, open, children }: { title: string; tell: string; open: string; children: ReactNode }) {
  const [opened, setOpened] = useState(false);
  return (
    <Card title={title}>
      <p className="tell">{tell}</p>
      {opened ? children : <Button onClick={() => { setOpened(true); }}>{open}</Button>}
    </Card>
  );
}

interface WordsProps {
  d: MyDetail;
  title: string;
  label: string;
  help: string;
  act: string;
  /** How many characters make it worth reading. */
  least: number;
  /** Of what cannot be taken back: what follows from it, asked once more before it is done. */
  warning?: string;
  run: (id: string, text: string) => Promise<void>;
}

/** An act that takes a text and nothing else. */
function Words({ d, title, label, help, act, least, warning, run }: WordsProps) {
  const [text, setText] = useState("");
  const [sure, setSure] = useState(false);
  const step = useStep((words: string) => run(d.id, words), () => { setText(""); setSure(false); });
  const { box, wanting, complete } = useWanting<HTMLFormElement>({ text: text.trim().length < least && `写 ${least} 字以上` });
  const body = (
    <>
      <form
        ref={box}
        onSubmit={(event) => {
          event.preventDefault();
          if (!complete()) return;
          if (warning === undefined) step.mutate(text.trim());
          else setSure(true);
        }}
      >
        {sure ? null : <ActFault fault={step.error} />}
        {step.isSuccess ? <p role="status">已提交。</p> : null}
        <AreaField label={label} help={help} value={text} change={setText} maxLength={4000} fault={wanting.text ?? Object.values(faultsOf(step.error))[0]} />
        <Button type={warning === undefined ? "primary" : "default"} danger={warning !== undefined} htmlType="submit" loading={step.isPending}>
          {act}
        </Button>
      </form>
      {sure ? (
        <Confirm title={`${act}？`} act={act} pending={step.isPending} fault={step.error} done={() => { step.mutate(text.trim()); }} close={() => { setSure(false); }}>
          <p>{warning}</p>
        </Confirm>
      ) : null}
    </>
  );
  if (warning === undefined) return <Card title={title}>{body}</Card>;
  return (
    <Rare title={title} tell={help} open={`填写原因，${act}`}>
      {body}
    </Rare>
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
  const { box, wanting, complete } = useWanting<HTMLFormElement>({ text: text.trim().length < 5 && "写答复，5 字以上" });
  return (
    <form
      ref={box}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete()) step.mutate(text.trim());
      }}
    >
      <p>{words}</p>
      <ActFault fault={step.error} />
      <AreaField label="答复" help="会公开，并告知符合条件的机构" value={text} change={setText} maxLength={2000} fault={wanting.text} />
      <Button type="primary" htmlType="submit" loading={step.isPending}>
        公开答复
      </Button>
    </form>
  );
}

function Declare({ id }: { id: string }) {
  const [conflict, setConflict] = useState("");
  const [note, setNote] = useState("");
  const step = useStep(() => done(api.POST("/api/v1/procurements/{id}/panel/declaration", { params: { path: { id } }, body: { conflict: conflict === "yes", ...(note === "" ? {} : { note }) } })));
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ conflict: conflict === "" && "选一项：有还是没有", note: conflict === "yes" && note.trim().length < 4 && "写明与谁、什么关系，4 字以上" });
  return (
    <Card title="声明有无利害关系">
      <div ref={box}>
      <p className="tell">声明之前看不到投标。与投标机构、项目业主任职、持股、亲属或三年内有业务往来的，应当回避，由抽取时排在后面的专家替补。</p>
      <ActFault fault={step.error} />
      <RadioField label="与本项目各方" value={conflict} change={setConflict} fault={wanting.conflict} choices={[{ value: "no", words: "没有利害关系，参加评审" }, { value: "yes", words: "有利害关系，回避" }]} />
      {conflict === "yes" ? <AreaField label="回避的原因" help="不公开" value={note} change={setNote} maxLength={1000} fault={wanting.note} /> : null}
      <Button type="primary" loading={step.isPending} onClick={() => { if (complete()) step.mutate(undefined); }}>
        提交声明
      </Button>
      </div>
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
  const [sure, setSure] = useState(false);
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ how: how === "" && "选一种情形", reason: reason.trim().length < 5 && "写明原因，5 字以上" });
  const act = asAgency ? "放弃中选" : "报告没有签约";
  return (
    <Rare title={act} tell="中选的不签约，由排在其后的机构（候补）依次递补；没有候补的，本次采购流标。原因会公布；没有正当理由放弃的，会记入信用。" open={`填写原因，${act}`}>
      <div ref={box}>
      {sure ? null : <ActFault fault={step.error} />}
      {asAgency ? null : <SelectField label="情形" value={how} change={setHow} fault={wanting.how} choices={[{ value: "no_show", words: "逾期没有来签合同" }, { value: "refused_to_sign", words: "拒绝签合同" }]} />}
      <AreaField label="原因" help="会公布" value={reason} change={setReason} maxLength={2000} fault={wanting.reason} />
      <Button danger loading={step.isPending} onClick={() => { if (complete()) setSure(true); }}>
        {act}
      </Button>
      </div>
      {sure ? (
        <Confirm title={`${act}？`} act={act} pending={step.isPending} fault={step.error} done={() => { step.mutate(undefined); }} close={() => { setSure(false); }}>
          <p>这个中选随即作废，由候补递补，不能恢复。原因立即公布。</p>
        </Confirm>
      ) : null}
    </Rare>
  );
}

function VoidDraw({ id }: { id: string }) {
  const [sure, setSure] = useState(false);
  const [v, setV] = useState({ reason: "", decision: "", kind: "drand", game: "", issue: "", date: "" });
  const step = useStep(() =>
    done(
      api.POST("/api/v1/procurements/{id}/void-draw", {
        params: { path: { id } },
        body: { reason: v.reason, decision: v.decision, source: v.kind === "drand" ? { kind: "drand" } : { kind: "lottery", game: v.game, issue: v.issue, date: v.date } },
      }),
    ),
  );
  const lottery = v.kind === "lottery";
  const { box, wanting, complete } = useWanting<HTMLDivElement>({
    reason: v.reason.trim().length < 10 && "写明为什么无效，10 字以上",
    decision: v.decision.trim().length < 4 && "写明决定的名称和文号，4 字以上",
    game: lottery && v.game.trim() === "" && "写彩票名称，如 双色球",
    issue: lottery && v.issue.trim() === "" && "写期号，如 2026138",
    date: lottery && v.date === "" && "选开奖日期，须在今天之后",
  });
  const faults = { ...faultsOf(step.error), ...wanting };
  const set = (name: keyof typeof v) => (value: string) => { setV({ ...v, [name]: value }); };
  return (
    <Rare title="宣布抽取无效" open="办理" tell="没有“重抽”：只有抽取不能进行或依法无效时，凭书面决定宣布无效，改用另一个尚未出现的随机数来源（熵源）。名单和编号不变，全部公布。">
      <div ref={box}>
          {sure ? null : <ActFault fault={step.error} />}
          <AreaField label="为什么无效" value={v.reason} change={set("reason")} fault={faults.reason} maxLength={2000} />
          <TextField label="依据的决定及其文号" value={v.decision} change={set("decision")} fault={faults.decision} />
          <RadioField label="新的随机数来源" value={v.kind} change={set("kind")} fault={faults.source} choices={[{ value: "drand", words: "drand 公共随机信标的下一轮" }, { value: "lottery", words: "公开彩票的下一期" }]} />
          {v.kind === "lottery" ? (
            <>
              <TextField label="彩票名称" value={v.game} change={set("game")} fault={faults.game} />
              <TextField label="期号" value={v.issue} change={set("issue")} fault={faults.issue} />
              <TextField label="开奖日期" type="date" value={v.date} change={set("date")} fault={faults.date} />
            </>
          ) : null}
          <Button danger loading={step.isPending} onClick={() => { if (complete()) setSure(true); }}>
            宣布无效
          </Button>
      </div>
      {sure ? (
        <Confirm title="宣布抽取无效？" act="宣布无效" pending={step.isPending} fault={step.error} done={() => { step.mutate(undefined, { onError: () => { setSure(false); } }); }} close={() => { setSure(false); }}>
          <p>已经抽出的结果随即作废，不能恢复；原因、决定和新的随机数来源立即公布，写入公开日志。</p>
        </Confirm>
      ) : null}
    </Rare>
  );
}
