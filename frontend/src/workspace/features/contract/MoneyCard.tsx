import { Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { fenOf, yuanOf } from "../../../shared/format/amount";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";
import { FileList, FilesField, idsOf } from "./Files";
import { ActButton, ReasonForm } from "./ReasonForm";
import { daysBetween, lateInterest, mayDo, useStep, type Attachment, type Contract } from "./contracts";

type Payment = components["schemas"]["ContractPaymentView"];

/** What is owed and when, what was paid, and what paying late costs. */
export function MoneyCard({ c }: { c: Contract }) {
  const [paying, setPaying] = useState(false);
  if (c.signedAt === undefined) return null;
  const m = c.money;
  return (
    <section className="card" aria-labelledby="money">
      <h2 id="money">款付了多少？</h2>
      <dl className="figures money">
        <div>
          <dt>合同价（元）</dt>
          <dd>{yuanOf(m.priceFen)}</dd>
        </div>
        <div>
          <dt>已付（元）</dt>
          <dd>{yuanOf(m.paidFen)}</dd>
        </div>
        <div className={m.overdueFen > 0 ? "over" : ""}>
          <dt>到期未付（元）</dt>
          <dd>{yuanOf(m.overdueFen)}</dd>
        </div>
        <div className={m.interestFen > 0 ? "over" : ""}>
          <dt>逾期利息（元）</dt>
          <dd>{yuanOf(m.interestFen)}</dd>
        </div>
      </dl>
      <p className="tell">
        利息计到 {m.asOf}，每日 {m.lateRatePpm / 10000}%。{m.rateNote}。
      </p>
      <div className="wide-table" role="region" aria-label="应付的款" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">应付的款</th>
              <th scope="col">金额（元）</th>
              <th scope="col">最后一天</th>
            </tr>
          </thead>
          <tbody>
            {m.dues.map((d) => (
              <tr key={`${d.milestone} ${d.name}`}>
                <th scope="row">{d.name}</th>
                <td>{yuanOf(d.amountFen)}</td>
                <td>{d.dueOn === undefined ? "交付以后起算" : d.certain ? d.dueOn : `${d.dueOn}（验收以后确定）`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="parts">
        {c.payments.map((p) => (
          <PaymentLine key={p.id} c={c} p={p} />
        ))}
      </ul>
      {mayDo(c, "pay") === undefined ? null : paying ? (
        <PayForm c={c} close={() => { setPaying(false); }} />
      ) : (
        <p className="form-actions">
          <Button onClick={() => { setPaying(true); }}>登记付款</Button>
        </p>
      )}
      <Calculator rate={m.lateRatePpm} sum={m.overdueFen > 0 ? m.overdueFen : m.leftFen} />
    </section>
  );
}

const tones = { recorded: "processing", confirmed: "success", disputed: "error", void: "default" } as const;

function PaymentLine({ c, p }: { c: Contract; p: Payment }) {
  const [open, setOpen] = useState<"dispute-payment" | "void-payment">();
  const can = (action: string): boolean => mayDo(c, action, p.id) !== undefined;
  const act = (action: "confirm-payment" | "dispute-payment" | "void-payment", reason = "") =>
    read(api.POST("/api/v1/contracts/{id}/payments/{part}/actions", { params: { path: { id: c.id, part: p.id } }, body: { action, ...(reason === "" ? {} : { reason }) } }));
  return (
    <li>
      <p>
        <b>{yuanOf(p.amountFen)} 元</b> {p.on} <Tag color={tones[p.state]}>{p.stateLabel}</Tag>
      </p>
      {p.note === undefined ? null : <p>{p.note}</p>}
      {p.answer === undefined || p.answer === "" ? null : <p>{p.state === "void" ? "作废的理由" : "机构的异议"}：{p.answer}</p>}
      <FileList files={p.files} />
      <p className="contract-facts">登记 {dateTime(p.at)}</p>
      {open === undefined ? (
        <div className="form-actions">
          {can("confirm-payment") ? <ActButton primary words="收到了" run={() => act("confirm-payment")} /> : null}
          {can("dispute-payment") ? <Button onClick={() => { setOpen("dispute-payment"); }}>没有收到，或金额不对</Button> : null}
          {can("void-payment") ? <Button onClick={() => { setOpen("void-payment"); }}>登记错了，作废</Button> : null}
        </div>
      ) : (
        <ReasonForm act={open === "void-payment" ? "作废" : "提出异议"} label="理由" help="对方可以看到" run={(reason) => act(open, reason)} close={() => { setOpen(undefined); }} />
      )}
    </li>
  );
}

function PayForm({ c, close }: { c: Contract; close: () => void }) {
  const [sum, setSum] = useState("");
  const [on, setOn] = useState(c.money.asOf);
  const [note, setNote] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const fen = fenOf(sum);
  const step = useStep(
    () => read(api.POST("/api/v1/contracts/{id}/payments", { params: { path: { id: c.id } }, body: { amountFen: fen ?? 0, on, ...(note.trim() === "" ? {} : { note }), ...(files.length === 0 ? {} : { files: idsOf(files) }) } })),
    close,
  );
  const faults = faultsOf(step.error);
  return (
    <form
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(undefined);
      }}
    >
      <h3>登记付款</h3>
      <ActFault fault={step.error} />
      <TextField label="金额（元）" help={`还有 ${yuanOf(c.money.leftFen)} 元未付`} inputMode="numeric" value={sum} change={setSum} fault={faults.amountFen ?? (sum !== "" && fen === undefined ? "写元，最多两位小数" : undefined)} />
      <TextField label="付款日期" type="date" value={on} change={setOn} fault={faults.on} />
      <TextField label="说明" optional maxLength={500} value={note} change={setNote} fault={faults.note} />
      <FilesField label="付款凭证" optional value={files} change={setFiles} fault={faults.files} />
      <p className="form-actions">
        <Button type="primary" htmlType="submit" disabled={fen === undefined || fen === 0} loading={step.isPending}>
          登记
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}

/** What a sum would cost if it were paid on another day. */
function Calculator({ rate, sum }: { rate: number; sum: number }) {
  const [fen, setFen] = useState(yuanOf(sum).replaceAll(",", ""));
  const [due, setDue] = useState("");
  const [paid, setPaid] = useState("");
  const value = fenOf(fen);
  const late = due === "" || paid === "" ? undefined : daysBetween(due, paid);
  return (
    <details className="full-text">
      <summary>算一算逾期利息</summary>
      <div className="form-grid">
        <TextField label="金额（元）" inputMode="numeric" value={fen} change={setFen} />
        <TextField label="应付的最后一天" type="date" value={due} change={setDue} />
        <TextField label="实际付款日" type="date" value={paid} change={setPaid} />
      </div>
      <p role="status" className="figure">
        {value === undefined || late === undefined
          ? "填好三项就算出来。"
          : late <= 0
            ? "没有逾期，没有利息。"
            : `逾期 ${late} 天，利息 ${yuanOf(lateInterest(value, late, rate))} 元（${yuanOf(value)} × ${late} × 每日 ${rate / 10000}%，四舍五入到分）。`}
      </p>
    </details>
  );
}
