import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useId, useState } from "react";
import { api, done, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { Confirm } from "../../frame/Confirm";
import { faultsOf } from "../../frame/faults";
import { AreaField, Fault, SelectField, TickField } from "../../frame/fields";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { useWanting } from "../../frame/useWanting";
import { Card } from "./Acts";
import { quoteWords, tenthsOf, useStep, type Comparison, type MyDetail, type OpenedBid } from "./procurements";

const stateWords: Record<OpenedBid["state"], string> = { opened: "已开标", valid: "有效", disqualified: "无效", selected: "中选", reserve: "候补", not_selected: "未中选", withdrawn: "撤回" };

/** All opened bids side by side, and what is decided about them. */
export function Compare({ d }: { d: MyDetail }) {
  const asked = useQuery({ queryKey: ["procurements", "comparison", d.id], queryFn: ({ signal }) => read(api.GET("/api/v1/procurements/{id}/comparison", { params: { path: { id: d.id } }, signal })) });
  if (asked.error) return <ReadFault fault={asked.error} retry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <RowsSkeleton rows={3} />;
  const has = (action: string): boolean => d.allowedActions.some((a) => a.action === action);
  const c = asked.data;
  return (
    <>
      <Card title={`各家投标（${c.bids.length} 家）`}>
        <div className="compare" tabIndex={0} role="region" aria-label="各家投标对照表">
          <table className="rows-table">
            <thead>
              <tr>
                <th scope="col">编号</th>
                <th scope="col">机构</th>
                <th scope="col" className="number">报价</th>
                <th scope="col" className="number">时限</th>
                <th scope="col" className="number">信用</th>
                <th scope="col">状态</th>
                <th scope="col">方案、人员、附件</th>
              </tr>
            </thead>
            <tbody>
              {c.bids.map((b) => (
                <tr key={b.agencyId}>
                  <th scope="row">{b.number === 0 ? "—" : `${b.number} 号`}</th>
                  <td>{b.agencyName}</td>
                  <td className="number" data-label="报价">{quoteWords(b)}</td>
                  <td className="number" data-label="时限">{b.days} 个工作日</td>
                  <td className="number" data-label="信用">{b.creditTenths === undefined ? "" : (b.creditTenths / 10).toFixed(1)}</td>
                  <td>
                    <Tag>{stateWords[b.state]}</Tag>
                    {c.shortlist.includes(b.number) ? <Tag color="processing">入围</Tag> : null}
                    {b.reason}
                  </td>
                  <td className="proposal">
                    {b.text === "" ? <span className="tell">没有写方案</span> : b.text}
                    {b.staff.length > 0 ? <p>人员：{b.staff.join("、")}</p> : null}
                    {b.explanation === undefined || b.explanation === "" ? null : <p>报价说明：{b.explanation}</p>}
                    {b.files.map((f) => (
                      <p key={f.id}>
                        <a href={`/api/v1/procurements/${d.id}/bids/${b.number}/files/${f.id}`}>{f.name}</a>
                      </p>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Card>
      {has("judge-explanation") ? c.bids.filter((b) => (b.explanation ?? "") !== "" && (b.verdict ?? "") === "").map((b) => <Judge key={b.number} id={d.id} b={b} />) : null}
      {has("choose") ? <Choose d={d} c={c} /> : null}
      {has("score") ? <Score d={d} c={c} /> : null}
    </>
  );
}

function Judge({ id, b }: { id: string; b: OpenedBid }) {
  const [opinion, setOpinion] = useState("");
  const step = useStep((accept: boolean) => done(api.PUT("/api/v1/procurements/{id}/explanations/{number}", { params: { path: { id, number: b.number } }, body: { accept, opinion } })));
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ opinion: opinion.trim().length < 5 && "写明理由，5 字以上" });
  const judge = (accept: boolean): void => { if (complete()) step.mutate(accept); };
  return (
    <Card title={`判断 ${b.number} 号的报价说明`}>
      <div ref={box}>
      <p>{b.explanation}</p>
      <ActFault fault={step.error} />
      <AreaField label="理由" help="会公布；逾期不判断的，按已说明处理" value={opinion} change={setOpinion} maxLength={2000} fault={wanting.opinion ?? faultsOf(step.error).opinion} />
      <p className="form-actions">
        <Button type="primary" loading={step.isPending} onClick={() => { judge(true); }}>
          采纳
        </Button>
        <Button loading={step.isPending} onClick={() => { judge(false); }}>不采纳，投标无效</Button>
      </p>
      </div>
    </Card>
  );
}

function Choose({ d, c }: { d: MyDetail; c: Comparison }) {
  const [sure, setSure] = useState(false);
  const [v, setV] = useState({ number: "", reason: "", second: "", third: "" });
  const among = c.bids.filter((b) => (d.method === "credit_weighted" ? c.shortlist.includes(b.number) : b.state === "valid"));
  const choices = among.map((b) => ({ value: String(b.number), words: `${b.number} 号 ${b.agencyName}` }));
  const step = useStep(() =>
    done(
      api.POST("/api/v1/procurements/{id}/choice", {
        params: { path: { id: d.id } },
        body: { number: Number(v.number), reason: v.reason, ...(v.second === "" ? {} : { reserves: [v.second, v.third].filter((n) => n !== "").map(Number) }) },
      }),
    ),
  );
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ number: v.number === "" && "选一家", reason: v.reason.trim().length < 10 && "写明为什么选它，10 字以上" });
  const faults = { ...faultsOf(step.error), ...wanting };
  const chosen = choices.find((x) => x.value === v.number);
  return (
    <Card title="选定一家">
      <div ref={box}>
      <p className="tell">选定和理由会公布，公布后不能改。逾期没有选定的：{d.method === "credit_weighted" ? "按抽取次序由第一家中选。" : "本次采购流标。"}</p>
      {sure ? null : <ActFault fault={step.error} />}
      <SelectField label="选定" value={v.number} change={(number) => { setV({ ...v, number }); }} choices={choices} fault={faults.number} />
      <AreaField label="理由" help="10 字以上，会公布" value={v.reason} change={(reason) => { setV({ ...v, reason }); }} maxLength={2000} fault={faults.reason} />
      {d.method === "proposal" ? (
        <>
          <SelectField label="第一候补" help="中选的不签约时，由候补依次递补" optional none="由抽取次序决定" value={v.second} change={(second) => { setV({ ...v, second }); }} choices={choices.filter((x) => x.value !== v.number)} fault={faults.reserves} />
          {v.second === "" ? null : <SelectField label="第二候补" optional none="由抽取次序决定" value={v.third} change={(third) => { setV({ ...v, third }); }} choices={choices.filter((x) => x.value !== v.number && x.value !== v.second)} />}
        </>
      ) : null}
      <Button type="primary" loading={step.isPending} onClick={() => { if (complete()) setSure(true); }}>
        选定并公布
      </Button>
      </div>
      {sure ? (
        <Confirm title="选定并公布？" act="选定并公布" pending={step.isPending} fault={step.error} done={() => { step.mutate(undefined, { onError: () => { setSure(false); } }); }} close={() => { setSure(false); }}>
          <p>
            选定 <b>{chosen?.words}</b>。选定和理由立即公布，进入结果公示，不能再改。
          </p>
        </Confirm>
      ) : null}
    </Card>
  );
}

const columns = [
  { name: "price", words: "价格分" },
  { name: "technical", words: "技术分" },
  { name: "credit", words: "信用分" },
] as const;

function Score({ d, c }: { d: MyDetail; c: Comparison }) {
  const [points, setPoints] = useState<Record<string, string>>({});
  const [sure, setSure] = useState(false);
  const bids = c.bids.filter((b) => b.number > 0 && b.state === "valid");
  const at = (n: number, name: string): number | undefined => tenthsOf(points[`${n}-${name}`] ?? "");
  const wanted = Object.fromEntries(
    bids.flatMap((b) =>
      columns.map((col) => {
        const written = (points[`${b.number}-${col.name}`] ?? "").trim();
        const fault = at(b.number, col.name) !== undefined ? false : written === "" ? "没有填" : "应是 0 至 100，最多一位小数";
        return [`${b.number}-${col.name}`, fault] as const;
      }),
    ),
  );
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ ...wanted, sure: !sure && "请核对后勾选" });
  const step = useStep(() =>
    done(
      api.POST("/api/v1/procurements/{id}/panel/scores", {
        params: { path: { id: d.id } },
        body: { sheets: bids.map((b) => ({ number: b.number, price: at(b.number, "price") ?? 0, technical: at(b.number, "technical") ?? 0, credit: at(b.number, "credit") ?? 0, comment: points[`${b.number}-comment`] ?? "" })) },
      }),
    ),
  );
  return (
    <Card title="评分">
      <p className="tell">每项 0 至 100，最多一位小数。权重：价格 {d.terms.priceWeight}%、技术 {d.terms.techWeight}%、信用 {d.terms.creditWeight}%。全部专家提交后才互相可见，提交后不能改。</p>
      <ActFault fault={step.error} />
      <div ref={box}>
      <div className="compare scores" tabIndex={0} role="region" aria-label="评分表">
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">投标</th>
              {columns.map((col) => (
                <th key={col.name} scope="col">
                  {col.words}
                </th>
              ))}
              <th scope="col">评语</th>
            </tr>
          </thead>
          <tbody>
            {bids.map((b) => (
              <tr key={b.number}>
                <th scope="row">
                  {b.number} 号 {b.agencyName}
                </th>
                {columns.map((col) => (
                  <td key={col.name} data-label={col.words}>
                    <Cell label={`${b.number} 号${col.words}`} value={points[`${b.number}-${col.name}`] ?? ""} fault={wanting[`${b.number}-${col.name}`]} change={(t) => { setPoints({ ...points, [`${b.number}-${col.name}`]: t }); }} />
                  </td>
                ))}
                <td data-label="评语">
                  <input aria-label={`${b.number} 号评语`} className="comment" value={points[`${b.number}-comment`] ?? ""} onChange={(e) => { setPoints({ ...points, [`${b.number}-comment`]: e.currentTarget.value }); }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <TickField label="我独立评分，已核对，提交后不再修改" checked={sure} change={setSure} fault={wanting.sure} />
      <Button type="primary" loading={step.isPending} onClick={() => { if (complete()) step.mutate(undefined); }}>
        提交评分
      </Button>
      </div>
    </Card>
  );
}

/** One mark of the sheet; what is wrong with it stands in its own cell. */
function Cell({ label, value, fault, change }: { label: string; value: string; fault: string | undefined; change: (text: string) => void }) {
  const id = useId();
  return (
    <div className={fault === undefined ? undefined : "faulty"}>
      <input
        id={id}
        aria-label={label}
        aria-invalid={fault === undefined ? undefined : true}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        inputMode="decimal"
        value={value}
        onChange={(e) => { change(e.currentTarget.value); }}
      />
      <Fault id={id} fault={fault} />
    </div>
  );
}
