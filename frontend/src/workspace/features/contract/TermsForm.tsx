import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { fenOf, yuanOf } from "../../../shared/format/amount";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, TextField } from "../../frame/fields";
import { useFirstFault } from "../../frame/useFirstFault";
import { FilesField, idsOf } from "./Files";
import { ProofDialog, type Proof } from "./Proof";
import { unassigned, useStep, type Attachment, type Contract, type Terms } from "./contracts";

interface Line {
  key: number;
  name: string;
  days: string;
  pay: string;
}

const plain = (fen: number): string => yuanOf(fen).replaceAll(",", "");

/** The terms as one side wants them: of a draft, or of an amendment with its reason. */
export function TermsForm({ c, amending, close }: { c: Contract; amending: boolean; close: () => void }) {
  const t = c.terms;
  const [price, setPrice] = useState(plain(t.priceFen));
  const [why, setWhy] = useState(t.priceReason ?? "");
  const [days, setDays] = useState(String(t.days));
  const [start, setStart] = useState(t.startOn ?? "");
  const [advance, setAdvance] = useState(plain(t.advanceFen));
  const [payDays, setPayDays] = useState(String(t.payDays));
  const [delivery, setDelivery] = useState(t.delivery);
  const [clauses, setClauses] = useState(t.clauses ?? "");
  const [lines, setLines] = useState<readonly Line[]>(t.milestones.map((m, key) => ({ key, name: m.name, days: String(m.days), pay: plain(m.payFen) })));
  const [reason, setReason] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const [proving, setProving] = useState(false);

  const terms: Terms = {
    priceFen: fenOf(price) ?? -1,
    days: Number(days),
    advanceFen: fenOf(advance) ?? -1,
    payDays: Number(payDays),
    delivery,
    milestones: lines.map((l) => ({ name: l.name.trim(), days: Number(l.days), payFen: fenOf(l.pay) ?? -1 })),
    ...(clauses.trim() === "" ? {} : { clauses }),
    ...(why.trim() === "" ? {} : { priceReason: why }),
    ...(start === "" ? {} : { startOn: start }),
  };
  const left = unassigned(terms);
  const readable = terms.priceFen >= 0 && terms.advanceFen >= 0 && terms.milestones.every((m) => m.payFen >= 0);

  const save = useStep(
    (proof?: Proof) =>
      amending
        ? read(api.POST("/api/v1/contracts/{id}/amendments", { params: { path: { id: c.id } }, body: { terms, reason, files: idsOf(files), ...proof } }))
        : read(api.PUT("/api/v1/contracts/{id}/draft", { params: { path: { id: c.id } }, body: { version: c.version, terms } })),
    close,
  );
  const faults = faultsOf(save.error);
  const form = useFirstFault(save.error);
  const set = (key: number, change: Partial<Line>): void => {
    setLines(lines.map((l) => (l.key === key ? { ...l, ...change } : l)));
  };
  return (
    <form
      ref={form}
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (amending) setProving(true);
        else save.mutate(undefined);
      }}
    >
      <h3>{amending ? "提出变更" : "修改草稿"}</h3>
      <p className="tell">{amending ? "对方同意后生效，理由和变更前后的金额、时限公开。" : "保存为新的一版；已有的确认作废，双方重新确认。"}</p>
      {proving ? null : <ActFault fault={save.error} />}
      <div className="form-grid">
        <TextField label="合同价（元）" help={amending ? "高于中选价的，须有理由" : `不高于中选价 ${yuanOf(c.awardFen)} 元`} inputMode="numeric" value={price} change={setPrice} fault={faults["terms.priceFen"] ?? faults.priceFen} />
        <TextField label="承诺时限（工作日）" inputMode="numeric" value={days} change={setDays} fault={faults["terms.days"] ?? faults.days} />
        <TextField label="预付（元）" help="签订后付；没有写 0" inputMode="numeric" value={advance} change={setAdvance} fault={faults["terms.advanceFen"] ?? faults.advanceFen} />
        <TextField label="付款期限（日）" help="交付后多少日内付" inputMode="numeric" value={payDays} change={setPayDays} fault={faults["terms.payDays"] ?? faults.payDays} />
        {amending ? null : <TextField label="起算日" help="不写是签订之日；当天不计" type="date" optional value={start} change={setStart} fault={faults["terms.startOn"] ?? faults.startOn} />}
      </div>
      {!amending && terms.priceFen >= 0 && terms.priceFen < c.awardFen ? <AreaField label="低于中选价的理由" help="5 个字以上，公开" rows={2} maxLength={500} value={why} change={setWhy} fault={faults["terms.priceReason"] ?? faults.priceReason} /> : null}
      <fieldset className="entry">
        <legend>里程碑</legend>
        <p className="help">先后为序，最后一个交付全部成果，它的时限就是承诺时限</p>
        {lines.map((l, i) => (
          <div key={l.key} className="milestone-line">
            <TextField label={`${i + 1}. 成果名称`} maxLength={100} value={l.name} change={(name) => { set(l.key, { name }); }} fault={faults[`milestones[${i}].name`]} />
            <TextField label="第几个工作日以前" inputMode="numeric" value={l.days} change={(d) => { set(l.key, { days: d }); }} fault={faults[`milestones[${i}].days`]} />
            <TextField label="验收后付（元）" inputMode="numeric" value={l.pay} change={(pay) => { set(l.key, { pay }); }} fault={faults[`milestones[${i}].payFen`]} />
            {lines.length > 1 ? (
              <button type="button" className="plain-button" onClick={() => { setLines(lines.filter((x) => x.key !== l.key)); }}>
                去掉<span className="visually-hidden">第 {i + 1} 个里程碑</span>
              </button>
            ) : null}
          </div>
        ))}
        <p>
          <Button onClick={() => { setLines([{ key: Math.max(...lines.map((l) => l.key)) + 1, name: "", days: "1", pay: "0" }, ...lines]); }}>在前面加一个里程碑</Button>
        </p>
        <p role="status" className={left === 0 ? "tell" : "seal-words"}>
          {!readable ? "有金额没有写对：写元，最多两位小数。" : left === 0 ? "预付与各里程碑之和等于合同价。" : left > 0 ? `还有 ${yuanOf(left)} 元没有分到里程碑。` : `多分了 ${yuanOf(-left)} 元。`}
        </p>
        {faults.milestones === undefined ? null : <p className="fault">{faults.milestones}</p>}
      </fieldset>
      <AreaField label="交付方式" help="如 纸质成果 4 份，送到办公地址" rows={2} maxLength={1000} value={delivery} change={setDelivery} fault={faults.delivery} />
      <AreaField label="另外约定的条款" help="违约责任、保密、知识产权等" optional rows={5} maxLength={10000} value={clauses} change={setClauses} fault={faults.clauses} />
      {amending ? (
        <>
          <AreaField label="变更的理由" help="生效后公开；不要写电话和证件号码" maxLength={2000} value={reason} change={setReason} fault={faults.reason} />
          <FilesField label="依据" optional value={files} change={setFiles} fault={faults.files} />
        </>
      ) : null}
      <p className="form-actions">
        <Button type="primary" htmlType="submit" loading={save.isPending && !proving} disabled={!readable || left !== 0 || (amending && reason.trim().length < 5)}>
          {amending ? "提出变更" : "保存"}
        </Button>
        <Button onClick={close}>不改了</Button>
      </p>
      {proving ? (
        <ProofDialog title="提出变更" act="提出" pending={save.isPending} fault={save.error} done={(proof) => { save.mutate(proof); }} close={() => { setProving(false); }}>
          <p className="tell">提出即代表本单位确认变更后的内容。</p>
        </ProofDialog>
      ) : null}
    </form>
  );
}
