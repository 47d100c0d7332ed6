import { Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { yuanOf } from "../../../shared/format/amount";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField, TextField } from "../../frame/fields";
import { TimeLeft } from "../../frame/TimeLeft";
import { FileList, FilesField, idsOf } from "./Files";
import { ReasonForm } from "./ReasonForm";
import { mayDo, useStep, type Attachment, type Contract } from "./contracts";

type Milestone = components["schemas"]["ContractMilestoneView"];
type Delivery = components["schemas"]["ContractDeliveryView"];

/** What was to be delivered, what was, and what the purchaser and the authority said of it. */
export function ResultsCard({ c }: { c: Contract }) {
  if (c.signedAt === undefined) return null;
  return (
    <section className="card" aria-labelledby="results">
      <h2 id="results">成果交了没有？</h2>
      <ol className="parts">
        {c.milestones.map((m) => (
          <MilestoneLine key={m.milestone} c={c} m={m} />
        ))}
      </ol>
      <FirstPass c={c} />
    </section>
  );
}

const tones = { waiting: "default", submitted: "processing", revision: "warning", accepted: "success" } as const;

function MilestoneLine({ c, m }: { c: Contract; m: Milestone }) {
  const [open, setOpen] = useState(false);
  const can = c.allowedActions.find((a) => a.action === "deliver" && a.milestone === m.milestone);
  const next = (m.deliveries.at(-1)?.version ?? 0) + 1;
  return (
    <li>
      <p>
        <b>
          {m.milestone}. {m.name}
        </b>{" "}
        <Tag color={tones[m.state]}>{m.stateLabel}</Tag>
        {m.last ? <Tag>全部成果</Tag> : null}
      </p>
      <p className="contract-facts">
        第 {m.days} 个工作日以前{m.dueOn === undefined ? "（停计中，没有最后期限）" : `，即 ${m.dueOn}`} · 验收后付 {yuanOf(m.payFen)} 元
      </p>
      {m.deliveries.map((d) => (
        <DeliveryLine key={d.id} c={c} d={d} />
      ))}
      {can === undefined ? null : open ? (
        <DeliverForm c={c} m={m} version={next} close={() => { setOpen(false); }} />
      ) : (
        <p className="form-actions">
          <Button type={can.awaited ? "primary" : "default"} onClick={() => { setOpen(true); }}>
            提交{next > 1 ? `第 ${next} 版` : "成果"}
          </Button>
        </p>
      )}
    </li>
  );
}

function DeliveryLine({ c, d }: { c: Contract; d: Delivery }) {
  const [open, setOpen] = useState<"accept" | "request-revision">();
  const can = (action: string): boolean => mayDo(c, action, d.id) !== undefined;
  const act = (action: "accept" | "request-revision", reason: string) =>
    read(api.POST("/api/v1/contracts/{id}/deliveries/{part}/actions", { params: { path: { id: c.id, part: d.id } }, body: { action, ...(reason === "" ? {} : { reason }) } }));
  return (
    <div className="version-box">
      <p>
        第 {d.version} 版 <Tag color={tones[d.state]}>{d.stateLabel}</Tag> <small>{dateTime(d.at)} 提交</small>
      </p>
      {d.note === undefined ? null : <p>{d.note}</p>}
      <FileList files={d.files} />
      {d.state === "submitted" ? (
        <p>
          答复期限 <TimeLeft until={d.answerBy} />
          {d.late ? "，已经超期。" : "。"}不答复不视为验收。
        </p>
      ) : null}
      {d.answeredAt === undefined ? null : (
        <p>
          {d.state === "accepted" ? "验收" : "要求修改"}（{dateTime(d.answeredAt)}{d.late ? "，晚于答复期限" : ""}）{d.answer === undefined || d.answer === "" ? "" : `：${d.answer}`}
        </p>
      )}
      {open === undefined ? (
        can("accept") || can("request-revision") ? (
          <p className="form-actions">
            {can("accept") ? (
              <Button type="primary" onClick={() => { setOpen("accept"); }}>
                验收
              </Button>
            ) : null}
            {can("request-revision") ? <Button onClick={() => { setOpen("request-revision"); }}>要求修改</Button> : null}
          </p>
        ) : null
      ) : (
        <ReasonForm
          act={open === "accept" ? "验收合格" : "要求修改"}
          label={open === "accept" ? "验收意见" : "要改什么"}
          help={open === "accept" ? "验收后不能改回；全部成果验收后，服务完成，双方互相评价" : "一次说清楚；修改期间时限继续计算，验收期间不计"}
          least={open === "accept" ? 0 : 5}
          run={(reason) => act(open, reason)}
          close={() => { setOpen(undefined); }}
        />
      )}
    </div>
  );
}

function DeliverForm({ c, m, version, close }: { c: Contract; m: Milestone; version: number; close: () => void }) {
  const [note, setNote] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const step = useStep(
    () => read(api.POST("/api/v1/contracts/{id}/deliveries", { params: { path: { id: c.id } }, body: { milestone: m.milestone, files: idsOf(files), ...(note.trim() === "" ? {} : { note }) } })),
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
      <ActFault fault={step.error} />
      <FilesField label={`“${m.name}”第 ${version} 版`} value={files} change={setFiles} fault={faults.files} />
      <AreaField label="说明" help="改了什么、还缺什么" optional maxLength={2000} value={note} change={setNote} fault={faults.note} />
      <p className="form-actions">
        <Button type="primary" htmlType="submit" disabled={files.length === 0} loading={step.isPending}>
          提交
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}

function FirstPass({ c }: { c: Contract }) {
  const [open, setOpen] = useState(false);
  const may = mayDo(c, "record-first-pass") !== undefined;
  const standing = c.firstPass.find((p) => p.struckAt === undefined);
  if (!may && c.firstPass.length === 0) return null;
  return (
    <>
      <h3>审批部门首次审查</h3>
      {c.firstPass.length === 0 ? <p className="tell">还没有登记。登记后计入机构的信用（成果一次通过）。</p> : null}
      <ul className="parts">
        {c.firstPass.map((p) => (
          <li key={p.at}>
            <p>
              {p.authority} {p.on} <Tag color={p.passed ? "success" : "error"}>{p.passed ? "首次报送即通过" : "首次报送未通过"}</Tag>
              {p.struckAt === undefined ? null : <Tag>已更正</Tag>}
            </p>
            {p.document === undefined || p.document === "" ? null : <p>文号：{p.document}</p>}
            {p.note === undefined || p.note === "" ? null : <p>审查意见：{p.note}</p>}
            {p.struckReason === undefined || p.struckReason === "" ? null : <p>更正的理由：{p.struckReason}</p>}
          </li>
        ))}
      </ul>
      {!may ? null : open ? (
        <FirstPassForm c={c} correcting={standing !== undefined} close={() => { setOpen(false); }} />
      ) : (
        <p className="form-actions">
          <Button type={standing === undefined ? "primary" : "default"} onClick={() => { setOpen(true); }}>
            {standing === undefined ? "登记审查结果" : "更正登记"}
          </Button>
        </p>
      )}
    </>
  );
}

function FirstPassForm({ c, correcting, close }: { c: Contract; correcting: boolean; close: () => void }) {
  const [passed, setPassed] = useState("");
  const [authority, setAuthority] = useState("");
  const [document, setDocument] = useState("");
  const [on, setOn] = useState(c.money.asOf);
  const [note, setNote] = useState("");
  const [reason, setReason] = useState("");
  const step = useStep(
    () =>
      read(
        api.POST("/api/v1/contracts/{id}/first-pass", {
          params: { path: { id: c.id } },
          body: { passed: passed === "yes", authority, on, ...(document === "" ? {} : { document }), ...(note === "" ? {} : { note }), ...(correcting ? { reason } : {}) },
        }),
      ),
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
      <ActFault fault={step.error} />
      <RadioField label="首次报送" value={passed} change={setPassed} choices={[{ value: "yes", words: "通过" }, { value: "no", words: "未通过" }]} />
      <TextField label="审查部门" maxLength={100} value={authority} change={setAuthority} fault={faults.authority} />
      <TextField label="文号" optional maxLength={100} value={document} change={setDocument} fault={faults.document} />
      <TextField label="审查日期" type="date" value={on} change={setOn} fault={faults.on} />
      <AreaField label="审查意见" help="未通过的必须写" optional={passed !== "no"} maxLength={2000} value={note} change={setNote} fault={faults.note} />
      {correcting ? <AreaField label="更正的理由" help="会公开" maxLength={2000} value={reason} change={setReason} fault={faults.reason} /> : null}
      <p className="form-actions">
        <Button type="primary" htmlType="submit" disabled={passed === "" || authority.trim() === ""} loading={step.isPending}>
          {correcting ? "更正" : "登记"}
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}
