import { Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, SelectField, TextField } from "../../frame/fields";
import { ActButton, ReasonForm } from "./ReasonForm";
import { mayDo, sideWords, useStep, type Contract } from "./contracts";

type Stop = components["schemas"]["ContractStopView"];
type Kind = Stop["kind"];

const kinds: readonly { value: Kind; words: string }[] = [
  { value: "owner_papers", words: "项目业主资料迟交" },
  { value: "authority_review", words: "审批部门审查" },
  { value: "force_majeure", words: "不可抗力" },
  { value: "other", words: "其他" },
];

/** The clock of the promised days: what was promised, used, stood still, and is left. */
export function ClockCard({ c }: { c: Contract }) {
  const [stopping, setStopping] = useState(false);
  const k = c.clock;
  if (k === undefined) return null;
  const done = c.acceptedAt !== undefined || c.terminatedAt !== undefined;
  return (
    <section className="card" aria-labelledby="clock">
      <h2 id="clock">时限用了多少？</h2>
      <dl className="figures">
        <div>
          <dt>承诺</dt>
          <dd>{k.promised}</dd>
        </div>
        <div>
          <dt>已用</dt>
          <dd>{k.used}</dd>
        </div>
        <div>
          <dt>停计</dt>
          <dd>{k.stopped}</dd>
        </div>
        <div className={k.over ? "over" : ""}>
          <dt>{k.over ? "超过" : "还剩"}</dt>
          <dd>{Math.abs(k.left)}</dd>
        </div>
      </dl>
      <p className="tell">
        单位：工作日。自 {k.startOn} 起算，当天不计，计到 {k.asOf}。
        {k.standing && !done ? "现在停计，没有最后期限。" : k.dueOn === undefined ? "" : `承诺时限的最后一天是 ${k.dueOn}。`}
        {k.provisional === true ? "所依据的年份日历尚未公布，暂定。" : ""}
        {k.promised === k.awardDays ? "" : `中选时承诺 ${k.awardDays} 个，经变更为 ${k.promised} 个。`}
      </p>
      {c.stops.length === 0 ? <p className="tell">双方没有提出停计。项目业主验收成果的工作日不计入时限。</p> : (
        <ul className="parts">
          {c.stops.map((s) => (
            <StopLine key={s.id} c={c} s={s} />
          ))}
        </ul>
      )}
      {mayDo(c, "propose-stop") === undefined ? null : stopping ? (
        <StopForm c={c} close={() => { setStopping(false); }} />
      ) : (
        <p className="form-actions">
          <Button onClick={() => { setStopping(true); }}>提出停计</Button>
        </p>
      )}
    </section>
  );
}

function StopLine({ c, s }: { c: Contract; s: Stop }) {
  const [open, setOpen] = useState<"decline-stop" | "withdraw-stop" | "propose-resume" | "decline-resume">();
  const act = (action: "confirm-stop" | "decline-stop" | "withdraw-stop" | "propose-resume" | "confirm-resume" | "decline-resume", more: { reason?: string; until?: string } = {}) =>
    read(api.POST("/api/v1/contracts/{id}/stops/{part}/actions", { params: { path: { id: c.id, part: s.id } }, body: { action, ...more } }));
  const can = (action: string): boolean => mayDo(c, action, s.id) !== undefined;
  const waitsFor = s.state === "proposed" ? sideWords[s.side === "purchaser" ? "agency" : "purchaser"] : s.state === "resuming" ? sideWords[s.resumeSide === "purchaser" ? "agency" : "purchaser"] : undefined;
  return (
    <li>
      <p>
        <b>{s.kindLabel}</b> <Tag color={s.counts ? "processing" : "default"}>{s.stateLabel}</Tag>
        {waitsFor === undefined ? null : <Tag color="warning">等{waitsFor}确认</Tag>}
      </p>
      <p>
        {s.from} 起{s.until === undefined ? "" : `，${s.until} 恢复`}
        {s.counts ? `，停计 ${s.days} 个工作日` : s.state === "proposed" ? "；对方确认以前，时限照常计算" : ""}
      </p>
      <p>理由：{s.reason}</p>
      {s.resumeReason === undefined || s.resumeReason === "" ? null : <p>恢复的理由：{s.resumeReason}</p>}
      {s.answer === undefined || s.answer === "" ? null : <p>对方的答复：{s.answer}</p>}
      <p className="contract-facts">
        {s.sideLabel}提出 · {dateTime(s.at)}
        {s.confirmedAt === undefined ? "" : ` · 对方确认 ${dateTime(s.confirmedAt)}`}
        {s.endedAt === undefined ? "" : ` · 恢复确认 ${dateTime(s.endedAt)}`}
      </p>
      {open === undefined ? (
        <div className="form-actions">
          {can("confirm-stop") ? <ActButton primary words="确认停计" run={() => act("confirm-stop")} /> : null}
          {can("confirm-resume") ? <ActButton primary words={`确认 ${s.until ?? ""} 恢复`} run={() => act("confirm-resume")} /> : null}
          {can("decline-stop") ? <Button onClick={() => { setOpen("decline-stop"); }}>不同意</Button> : null}
          {can("withdraw-stop") ? <ActButton words="撤回" run={() => act("withdraw-stop")} /> : null}
          {can("propose-resume") ? <Button onClick={() => { setOpen("propose-resume"); }}>提出恢复计时</Button> : null}
          {can("decline-resume") ? <Button onClick={() => { setOpen("decline-resume"); }}>不同意这个日期</Button> : null}
        </div>
      ) : (
        <ReasonForm
          act={open === "propose-resume" ? "提出恢复" : open === "withdraw-stop" ? "撤回" : "不同意"}
          label="理由"
          help="对方可以看到"
          {...(open === "propose-resume" ? { day: { label: "从哪一天起恢复计时", help: "这一天是工作日的，计入时限", value: c.money.asOf } } : {})}
          run={(reason, until) => act(open, { reason, ...(open === "propose-resume" ? { until } : {}) })}
          close={() => { setOpen(undefined); }}
        />
      )}
    </li>
  );
}

function StopForm({ c, close }: { c: Contract; close: () => void }) {
  const [kind, setKind] = useState<string>("");
  const [from, setFrom] = useState(c.money.asOf);
  const [reason, setReason] = useState("");
  const step = useStep(() => read(api.POST("/api/v1/contracts/{id}/stops", { params: { path: { id: c.id } }, body: { kind: kind as Kind, from, reason } })), close);
  const faults = faultsOf(step.error);
  return (
    <form
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(undefined);
      }}
    >
      <h3>提出停计</h3>
      <p className="tell">对方确认后才停计。停计不改变承诺的天数，只是停计的工作日不算。</p>
      <ActFault fault={step.error} />
      <SelectField label="原因" value={kind} change={setKind} choices={kinds} fault={faults.kind} />
      <TextField label="从哪一天起停计" type="date" value={from} change={setFrom} fault={faults.from} />
      <AreaField label="理由" help="缺什么资料，等哪个部门；会公开" maxLength={2000} value={reason} change={setReason} fault={faults.reason} />
      <p className="form-actions">
        <Button type="primary" htmlType="submit" loading={step.isPending} disabled={kind === "" || from === "" || reason.trim().length < 5}>
          提出停计
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}
