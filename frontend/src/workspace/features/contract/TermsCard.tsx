import { Alert, Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { yuanOf } from "../../../shared/format/amount";
import { dateTime, until } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { TimeLeft } from "../../frame/TimeLeft";
import { FileList, FilesField, idsOf } from "./Files";
import { ProofDialog, type Proof } from "./Proof";
import { ReasonForm } from "./ReasonForm";
import { TermsForm } from "./TermsForm";
import { changes, mayDo, sideWords, useStep, type Attachment, type Contract, type Terms, type Version } from "./contracts";

/** What was agreed, who has given his word on it, and what can be done to it now. */
export function TermsCard({ c }: { c: Contract }) {
  const [editing, setEditing] = useState<"edit" | "amend">();
  const edit = mayDo(c, "edit");
  const amend = mayDo(c, "amend");
  return (
    <section className="card" aria-labelledby="terms">
      <h2 id="terms">约定了什么？</h2>
      <TermsFacts t={c.terms} award={c} />
      <details className="full-text">
        <summary>合同全文（第 {c.version} 版）</summary>
        <p className="text">{c.text}</p>
      </details>
      <Confirmations c={c} />
      {c.proposal === undefined ? null : <Proposal c={c} p={c.proposal} />}
      {editing === undefined ? (
        <p className="form-actions">
          {edit === undefined ? null : <Button onClick={() => { setEditing("edit"); }}>修改草稿</Button>}
          {amend === undefined ? null : <Button onClick={() => { setEditing("amend"); }}>提出变更</Button>}
        </p>
      ) : (
        <TermsForm c={c} amending={editing === "amend"} close={() => { setEditing(undefined); }} />
      )}
      {mayDo(c, "file") === undefined ? null : <Filing c={c} />}
      {c.document.length === 0 ? null : (
        <>
          <h3>备案的合同文本</h3>
          <FileList files={c.document} />
        </>
      )}
      <Versions list={c.versions} now={c.version} />
    </section>
  );
}

function TermsFacts({ t, award }: { t: Terms; award: Pick<Contract, "awardFen" | "awardNumber"> }) {
  return (
    <>
      <dl className="contract-grid">
        <dt>合同价</dt>
        <dd>
          {yuanOf(t.priceFen)} 元<small>（中选价 {yuanOf(award.awardFen)} 元，中选通知书 {award.awardNumber}）</small>
          {t.priceReason === undefined ? null : <small>低于中选价的理由：{t.priceReason}</small>}
        </dd>
        <dt>承诺时限</dt>
        <dd>
          {t.days} 个工作日，自{t.startOn === undefined ? "签订之日" : ` ${t.startOn} `}起算，当天不计
        </dd>
        <dt>付款</dt>
        <dd>
          {t.advanceFen > 0 ? `签订后预付 ${yuanOf(t.advanceFen)} 元；` : ""}每笔在交付后 {t.payDays} 日内付（保障中小企业款项支付条例 第9条）
        </dd>
        <dt>交付方式</dt>
        <dd>{t.delivery === "" ? "由双方另行约定" : t.delivery}</dd>
        {t.clauses === undefined || t.clauses === "" ? null : (
          <>
            <dt>另外约定</dt>
            <dd>{t.clauses}</dd>
          </>
        )}
      </dl>
      <div className="wide-table" role="region" aria-label="里程碑" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">里程碑</th>
              <th scope="col">最迟</th>
              <th scope="col">验收后付</th>
            </tr>
          </thead>
          <tbody>
            {t.milestones.map((m) => (
              <tr key={m.name}>
                <th scope="row">{m.name}</th>
                <td>第 {m.days} 个工作日</td>
                <td>{yuanOf(m.payFen)} 元</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Confirmations({ c }: { c: Contract }) {
  const [open, setOpen] = useState(false);
  const confirm = mayDo(c, "confirm");
  const step = useStep(
    (proof: Proof) => read(api.POST("/api/v1/contracts/{id}/confirmations", { params: { path: { id: c.id } }, body: { version: c.version, hash: c.hash, ...proof } })),
    () => { setOpen(false); },
  );
  const other = c.confirmations.length > 0;
  return (
    <>
      <h3>双方的确认</h3>
      <ul className="sides">
        {(["purchaser", "agency"] as const).map((side) => {
          const word = c.confirmations.find((x) => x.side === side);
          return (
            <li key={side}>
              {sideWords[side]}（{side === "purchaser" ? c.purchaser : c.agency}）
              {word === undefined ? <Tag color="warning">还没有确认</Tag> : <Tag color="success">{dateTime(word.at)} 已确认</Tag>}
            </li>
          );
        })}
      </ul>
      <p className="tell">
        确认的是第 {c.version} 版的摘要 <code>{c.hash.slice(0, 16)}…</code>：改动一个字，摘要就不同，原有的确认作废。
      </p>
      {c.state === "drafted" && c.void !== true ? (
        <p>
          签订期限 <TimeLeft until={c.signBy} />
        </p>
      ) : null}
      {confirm === undefined ? null : (
        <p className="form-actions">
          <Button type="primary" onClick={() => { setOpen(true); }}>
            {other ? "确认并签订" : "确认这一版"}
          </Button>
        </p>
      )}
      {open ? (
        <ProofDialog title={other ? "确认并签订合同" : "确认合同"} act={other ? "签订" : "确认"} pending={step.isPending} fault={step.error} done={(proof) => { step.mutate(proof); }} close={() => { setOpen(false); }}>
          <p className="tell">
            您代表本单位确认第 {c.version} 版：合同价 {yuanOf(c.terms.priceFen)} 元，{c.terms.days} 个工作日。
            {other ? "对方已确认同一版，您确认后合同即签订，金额和时限公开。" : "对方也确认这一版后，合同签订。"}
          </p>
        </ProofDialog>
      ) : null}
    </>
  );
}

function Proposal({ c, p }: { c: Contract; p: Version }) {
  const [open, setOpen] = useState<"agree" | "decline-amendment" | "withdraw-amendment">();
  const answer = (body: { action: "amended" | "decline-amendment" | "withdraw-amendment"; hash?: string; reason?: string } & Partial<{ code: string; recoveryCode: string }>) =>
    read(api.POST("/api/v1/contracts/{id}/amendments/{version}/actions", { params: { path: { id: c.id, version: p.version } }, body }));
  const agree = useStep((proof: Proof) => answer({ action: "amended", hash: p.hash, ...proof }), () => { setOpen(undefined); });
  const diff = changes(c.terms, p.terms, yuanOf);
  return (
    <div className="proposal-box">
      <h3>第 {p.amendment ?? 1} 次变更，{p.sideLabel}提出，等待对方答复</h3>
      <p>理由：{p.reason}</p>
      <div className="wide-table" role="region" aria-label="变更前后" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">内容</th>
              <th scope="col">现在</th>
              <th scope="col">变更后</th>
            </tr>
          </thead>
          <tbody>
            {diff.map((d) => (
              <tr key={d.what}>
                <th scope="row">{d.what}</th>
                <td>{d.was}</td>
                <td>{d.is}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <FileList files={p.files} />
      {open === "decline-amendment" || open === "withdraw-amendment" ? (
        <ReasonForm act={open === "decline-amendment" ? "不同意" : "撤回"} label="理由" help="对方可以看到" run={(reason) => answer({ action: open, reason })} close={() => { setOpen(undefined); }} />
      ) : (
        <p className="form-actions">
          {mayDo(c, "amended") === undefined ? null : (
            <Button type="primary" onClick={() => { setOpen("agree"); }}>
              同意变更
            </Button>
          )}
          {mayDo(c, "decline-amendment") === undefined ? null : <Button onClick={() => { setOpen("decline-amendment"); }}>不同意</Button>}
          {mayDo(c, "withdraw-amendment") === undefined ? null : <Button onClick={() => { setOpen("withdraw-amendment"); }}>撤回</Button>}
        </p>
      )}
      {open === "agree" ? (
        <ProofDialog title="同意变更" act="同意，变更生效" pending={agree.isPending} fault={agree.error} done={(proof) => { agree.mutate(proof); }} close={() => { setOpen(undefined); }}>
          <p className="tell">变更生效后，理由和变更前后的金额、时限公开。</p>
        </ProofDialog>
      ) : null}
    </div>
  );
}

function Filing({ c }: { c: Contract }) {
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const step = useStep(() => read(api.POST("/api/v1/contracts/{id}/filing", { params: { path: { id: c.id } }, body: { files: idsOf(files) } })));
  return (
    <form
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(undefined);
      }}
    >
      <h3>备案</h3>
      {c.fileBy === undefined ? null : (
        <p>
          备案期限 <TimeLeft until={c.fileBy} provisional={c.fileByProvisional} />
        </p>
      )}
      {c.fileLate ? <Alert type="warning" title="已经超过备案期限，请尽快备案" /> : null}
      <ActFault fault={step.error} />
      <FilesField label="双方签字盖章的合同" help="扫描件" value={files} change={setFiles} />
      <p className="form-actions">
        <Button type="primary" htmlType="submit" disabled={files.length === 0} loading={step.isPending}>
          备案
        </Button>
      </p>
    </form>
  );
}

function Versions({ list, now }: { list: readonly Version[]; now: number }) {
  if (list.length < 2) return null;
  return (
    <details className="full-text">
      <summary>各个版本（{list.length}）</summary>
      <ol className="course">
        {list.map((v) => (
          <li key={v.version}>
            <b>
              第 {v.version} 版{v.amendment === undefined ? "" : `（第 ${v.amendment} 次变更）`}
              {v.version === now ? <Tag color="success">现行</Tag> : <Tag>{v.stateLabel}</Tag>}
            </b>
            {yuanOf(v.terms.priceFen)} 元，{v.terms.days} 个工作日{v.reason === undefined ? "" : `。理由：${v.reason}`}
            {v.answer === undefined ? "" : `。答复：${v.answer}`}
            <small>
              {v.sideLabel} · {dateTime(v.at)}
              {v.inForceAt === undefined ? "" : ` · 生效 ${until(v.inForceAt)}`} · 摘要 {v.hash.slice(0, 12)}…
            </small>
          </li>
        ))}
      </ol>
    </details>
  );
}
