import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { AreaField, TextField } from "../../frame/fields";
import { begin, pointsWords, tenthsIn, useStep, type Detail } from "./credit";
import { PaperList, type Paper } from "./PaperList";

/** What may be done with a record now, as the server said. */
export function RecordActs({ r }: { r: Detail }) {
  const has = (action: string): boolean => r.allowedActions.includes(action);
  return (
    <>
      {r.whyNot === undefined || r.whyNot === "" ? null : <p className="card tell">{r.whyNot}</p>}
      {has("notify") ? <Notify r={r} /> : null}
      {has("defend") ? <Defend r={r} /> : null}
      {has("confirm") ? <Confirm r={r} /> : null}
      {has("withdraw") ? <Withdraw r={r} /> : null}
      {has("repair") || has("overturn") || (r.repairFrom !== undefined && r.state === "published" && r.level !== "honour") ? <Remedies r={r} /> : null}
    </>
  );
}

function Notify({ r }: { r: Detail }) {
  const [served, setServed] = useState("");
  const act = useStep(() => read(api.POST("/api/v1/credit-records/{id}/notice", { params: { path: { id: r.id } }, body: served.trim() === "" ? {} : { served: served.trim() } })));
  return (
    <form className="card" onSubmit={(event) => { event.preventDefault(); act.mutate(undefined); }}>
      <h2>核对后告知机构</h2>
      <p className="tell">这条记录由平台或者归集提出。核对事实无误的，告知机构，申辩期从这时开始；告知的人不能再认定。</p>
      <ActFault fault={act.error} />
      <AreaField label="送达方式" optional help="机构在平台没有账号的须写：怎样、何时告知的" value={served} change={setServed} maxLength={2000} />
      <Button type="primary" htmlType="submit" loading={act.isPending}>
        告知机构
      </Button>
    </form>
  );
}

function Defend({ r }: { r: Detail }) {
  const [text, setText] = useState("");
  const [papers, setPapers] = useState<Paper[]>([]);
  const act = useStep(() => read(api.POST("/api/v1/credit-records/{id}/defence", { params: { path: { id: r.id } }, body: { text: text.trim(), files: papers.map((p) => p.id) } })));
  return (
    <form className="card" onSubmit={(event) => { event.preventDefault(); act.mutate(undefined); }}>
      <h2>申辩</h2>
      <p className="tell">{r.timeLeft}。只能提交一次；由没有参与提出的人看过后决定。</p>
      <ActFault fault={act.error} />
      <AreaField label="申辩" rows={6} value={text} change={setText} maxLength={2000} />
      <PaperList papers={papers} change={setPapers} />
      <Button type="primary" htmlType="submit" loading={act.isPending} disabled={text.trim().length < 5}>
        提交申辩
      </Button>
    </form>
  );
}

function Confirm({ r }: { r: Detail }) {
  const proposed = { mildTenths: r.mildTenths, harshTenths: r.proposedTenths };
  const [points, setPoints] = useState((Math.abs(r.proposedTenths) / 10).toString());
  const [note, setNote] = useState("");
  const tenths = tenthsIn(points, proposed);
  const act = useStep(() => read(api.POST("/api/v1/credit-records/{id}/confirmation", { params: { path: { id: r.id } }, body: { note: note.trim(), ...(tenths === undefined ? {} : { tenths }) } })));
  return (
    <form className="card" onSubmit={(event) => { event.preventDefault(); act.mutate(undefined); }}>
      <h2>认定并公布</h2>
      <ActFault fault={act.error} />
      <TextField
        label="分值"
        help={`提出 ${pointsWords(r.proposedTenths)} 分，可以轻到 ${pointsWords(r.mildTenths)} 分，不能更重；不写正负号`}
        fault={tenths === undefined ? "应在这个范围内，最多一位小数" : undefined}
        value={points}
        change={setPoints}
        maxLength={5}
      />
      <AreaField label="认定的意见" help="会公开：申辩是否采纳，为什么" value={note} change={setNote} maxLength={2000} />
      <Button type="primary" danger={r.level !== "honour"} htmlType="submit" loading={act.isPending} disabled={tenths === undefined || note.trim().length < 5}>
        认定并公布
      </Button>
    </form>
  );
}

function Withdraw({ r }: { r: Detail }) {
  const [reason, setReason] = useState("");
  const act = useStep(() => read(api.POST("/api/v1/credit-records/{id}/withdrawal", { params: { path: { id: r.id } }, body: { reason: reason.trim() } })));
  return (
    <form className="card" onSubmit={(event) => { event.preventDefault(); act.mutate(undefined); }}>
      <h2>不予认定</h2>
      <ActFault fault={act.error} />
      <AreaField label="理由" help="机构会看到" value={reason} change={setReason} maxLength={2000} />
      <Button htmlType="submit" loading={act.isPending} disabled={reason.trim().length < 5}>
        不予认定
      </Button>
    </form>
  );
}

/** Repair and appeal are submissions of their own, decided by someone else. */
function Remedies({ r }: { r: Detail }) {
  const navigate = useNavigate();
  const start = useStep((kind: string) => begin(kind, r.id), (id) => void navigate(`/submissions/${id}`));
  const repair = r.allowedActions.includes("repair"), appeal = r.allowedActions.includes("overturn");
  return (
    <section className="card" aria-labelledby="record-remedies">
      <h2 id="record-remedies">修复和申诉</h2>
      <ul className="plain">
        <li>修复：整改后申请，通过后不再计分。{r.repairFrom === undefined ? "" : `最早 ${r.repairFrom} 可以申请。`}</li>
        <li>申诉：认为认定不对的，{r.appealUntil === undefined ? "" : `${r.appealUntil} 之前（含当日）`}提出，由没有参与认定的人办理。</li>
      </ul>
      <ActFault fault={start.error} />
      {repair || appeal ? (
        <p className="form-actions">
          {repair ? (
            <Button type="primary" loading={start.isPending} onClick={() => { start.mutate("credit-repair"); }}>
              申请信用修复
            </Button>
          ) : null}
          {appeal ? (
            <Button loading={start.isPending} onClick={() => { start.mutate("credit-appeal"); }}>
              申诉
            </Button>
          ) : null}
        </p>
      ) : null}
    </section>
  );
}
