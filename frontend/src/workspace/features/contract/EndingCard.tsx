import { Alert, Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField, TextField } from "../../frame/fields";
import { TimeLeft } from "../../frame/TimeLeft";
import { FileList, FilesField, idsOf } from "./Files";
import { ProofDialog, type Proof } from "./Proof";
import { ActButton, ReasonForm } from "./ReasonForm";
import { mayDo, useStep, type Attachment, type Contract } from "./contracts";

type Ending = Contract["terminations"][number];

/** How a contract ends before it is completed: by agreement, by one side's notice, by a decision. */
export function EndingCard({ c }: { c: Contract }) {
  const [open, setOpen] = useState(false);
  const propose = mayDo(c, "propose-termination") ?? mayDo(c, "give-notice");
  const decide = c.side === undefined ? mayDo(c, "terminate") : undefined;
  if (propose === undefined && decide === undefined && c.terminations.length === 0) return null;
  return (
    <section className="card" aria-labelledby="ending">
      <h2 id="ending">提前终止</h2>
      {c.terminations.length === 0 ? <p className="tell">没有终止的提议或者通知。</p> : (
        <ul className="parts">
          {c.terminations.map((e) => (
            <EndingLine key={e.id} c={c} e={e} />
          ))}
        </ul>
      )}
      {open ? (
        decide === undefined ? <EndForm c={c} close={() => { setOpen(false); }} /> : <DecisionForm c={c} close={() => { setOpen(false); }} />
      ) : (
        <p className="form-actions">
          {propose === undefined ? null : <Button danger onClick={() => { setOpen(true); }}>提出终止</Button>}
          {decide === undefined ? null : <Button danger onClick={() => { setOpen(true); }}>登记终止的裁判或者决定</Button>}
        </p>
      )}
    </section>
  );
}

const tones = { proposed: "warning", effective: "error", disputed: "warning", declined: "default", withdrawn: "default" } as const;

function EndingLine({ c, e }: { c: Contract; e: Ending }) {
  const [open, setOpen] = useState<"agree" | "decline-termination" | "dispute-termination">();
  const can = (action: string): boolean => mayDo(c, action, e.id) !== undefined;
  const act = (action: "terminate" | "decline-termination" | "dispute-termination" | "withdraw-termination", reason = "", proof?: Proof) =>
    read(api.POST("/api/v1/contracts/{id}/terminations/{part}/actions", { params: { path: { id: c.id, part: e.id } }, body: { action, ...(reason === "" ? {} : { reason }), ...proof } }));
  const agree = useStep((proof: Proof) => act("terminate", "", proof), () => { setOpen(undefined); });
  return (
    <li>
      <p>
        <b>{e.howLabel}</b> <Tag color={tones[e.state]}>{e.stateLabel}</Tag>
      </p>
      <p>理由：{e.reason}</p>
      {e.basis === undefined || e.basis === "" ? null : <p>依据：{e.basis}</p>}
      {e.answer === undefined || e.answer === "" ? null : <p>对方的意见：{e.answer}</p>}
      <FileList files={e.files} />
      <p className="contract-facts">
        {e.sideLabel} · {dateTime(e.at)}
      </p>
      {e.state === "proposed" && e.answerBy !== undefined ? (
        <p>
          答复期限 <TimeLeft until={e.answerBy} />，不答复的到期生效。
        </p>
      ) : null}
      {open === "decline-termination" || open === "dispute-termination" ? (
        <ReasonForm act={open === "decline-termination" ? "不同意终止" : "提出异议"} label="理由" help="对方可以看到" run={(reason) => act(open, reason)} close={() => { setOpen(undefined); }} />
      ) : (
        <div className="form-actions">
          {can("terminate") && c.side !== undefined ? <Button danger type="primary" onClick={() => { setOpen("agree"); }}>同意终止</Button> : null}
          {can("decline-termination") ? <Button onClick={() => { setOpen("decline-termination"); }}>不同意</Button> : null}
          {can("dispute-termination") ? <Button onClick={() => { setOpen("dispute-termination"); }}>有异议</Button> : null}
          {can("withdraw-termination") ? <ActButton words="撤回" run={() => act("withdraw-termination")} /> : null}
        </div>
      )}
      {open === "agree" ? (
        <ProofDialog danger title="同意终止合同" act="终止" pending={agree.isPending} fault={agree.error} done={(proof) => { agree.mutate(proof); }} close={() => { setOpen(undefined); }}>
          <Alert type="warning" title="合同终止后不能恢复，理由公开。已经验收的成果照约付款。" />
        </ProofDialog>
      ) : null}
    </li>
  );
}

function EndForm({ c, close }: { c: Contract; close: () => void }) {
  const [how, setHow] = useState("");
  const [reason, setReason] = useState("");
  const [basis, setBasis] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const [proving, setProving] = useState(false);
  const step = useStep(
    (proof: Proof) =>
      read(
        api.POST("/api/v1/contracts/{id}/terminations", {
          params: { path: { id: c.id } },
          body: { how: how as "agreement" | "notice", reason, ...(how === "notice" ? { basis } : {}), ...(files.length === 0 ? {} : { files: idsOf(files) }), ...proof },
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
        setProving(true);
      }}
    >
      <RadioField
        label="怎样终止"
        value={how}
        change={setHow}
        choices={[
          { value: "agreement", words: "协商终止", note: "对方同意后生效" },
          { value: "notice", words: "依据合同或者法律通知终止", note: "对方在期限内不答复的，到期生效；有异议的，等协商或者裁判" },
        ]}
      />
      <AreaField label="理由" help="生效后公开" maxLength={2000} value={reason} change={setReason} fault={faults.reason} />
      {how === "notice" ? <TextField label="依据" help="合同第几条，或者哪部法律第几条" maxLength={2000} value={basis} change={setBasis} fault={faults.basis} /> : null}
      <FilesField label="附件" optional value={files} change={setFiles} fault={faults.files} />
      <p className="form-actions">
        <Button danger type="primary" htmlType="submit" disabled={how === "" || reason.trim().length < 5 || (how === "notice" && basis.trim().length < 5)}>
          提出终止
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
      {proving ? (
        <ProofDialog danger title="提出终止" act="提出" pending={step.isPending} fault={step.error} done={(proof) => { step.mutate(proof); }} close={() => { setProving(false); }} />
      ) : null}
    </form>
  );
}

function DecisionForm({ c, close }: { c: Contract; close: () => void }) {
  const [document, setDocument] = useState("");
  const [reason, setReason] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const step = useStep(() => read(api.POST("/api/v1/contracts/{id}/decision", { params: { path: { id: c.id } }, body: { document, reason, files: idsOf(files) } })), close);
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
      <TextField label="决定机关和文号" maxLength={200} value={document} change={setDocument} fault={faults.document} />
      <AreaField label="理由" help="会公开" maxLength={2000} value={reason} change={setReason} fault={faults.reason} />
      <FilesField label="裁判文书或者决定" value={files} change={setFiles} fault={faults.files} />
      <p className="form-actions">
        <Button danger type="primary" htmlType="submit" disabled={document.trim() === "" || reason.trim().length < 5 || files.length === 0} loading={step.isPending}>
          登记，合同终止
        </Button>
        <Button onClick={close}>不办了</Button>
      </p>
    </form>
  );
}
