import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { api, done, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, SelectField } from "../../frame/fields";
import { ReadFault, RowsSkeleton } from "../../frame/states";
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
          <table>
            <thead>
              <tr>
                <th scope="col">编号</th>
                <th scope="col">机构</th>
                <th scope="col">报价</th>
                <th scope="col">时限</th>
                <th scope="col">信用</th>
                <th scope="col">状态</th>
                <th scope="col">方案、人员、附件</th>
              </tr>
            </thead>
            <tbody>
              {c.bids.map((b) => (
                <tr key={b.agencyId}>
                  <th scope="row">{b.number === 0 ? "—" : b.number}</th>
                  <td>{b.agencyName}</td>
                  <td>{quoteWords(b)}</td>
                  <td>{b.days} 个工作日</td>
                  <td>{b.creditTenths === undefined ? "" : (b.creditTenths / 10).toFixed(1)}</td>
                  <td>
                    <Tag>{stateWords[b.state]}</Tag>
                    {c.shortlist.includes(b.number) ? <Tag color="processing">入围</Tag> : null}
                    {b.reason}
                  </td>
                  <td className="proposal">
                    {b.text}
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
  return (
    <Card title={`判断 ${b.number} 号的报价说明`}>
      <p>{b.explanation}</p>
      <ActFault fault={step.error} />
      <AreaField label="理由" help="会公布；逾期不判断的，按已说明处理" value={opinion} change={setOpinion} maxLength={2000} />
      <p className="form-actions">
        <Button type="primary" loading={step.isPending} onClick={() => { step.mutate(true); }}>
          采纳
        </Button>
        <Button loading={step.isPending} onClick={() => { step.mutate(false); }}>不采纳，投标无效</Button>
      </p>
    </Card>
  );
}

function Choose({ d, c }: { d: MyDetail; c: Comparison }) {
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
  const faults = faultsOf(step.error);
  return (
    <Card title="选定一家">
      <p className="tell">选定和理由会公布。逾期没有选定的：{d.method === "credit_weighted" ? "按抽取次序由第一家中选。" : "本次采购流标。"}</p>
      <ActFault fault={step.error} />
      <SelectField label="选定" value={v.number} change={(number) => { setV({ ...v, number }); }} choices={choices} fault={faults.number} />
      <AreaField label="理由" help="10 字以上，会公布" value={v.reason} change={(reason) => { setV({ ...v, reason }); }} maxLength={2000} fault={faults.reason} />
      {d.method === "proposal" ? (
        <>
          <SelectField label="第一候补" optional none="由抽取次序决定" value={v.second} change={(second) => { setV({ ...v, second }); }} choices={choices.filter((x) => x.value !== v.number)} fault={faults.reserves} />
          {v.second === "" ? null : <SelectField label="第二候补" optional none="由抽取次序决定" value={v.third} change={(third) => { setV({ ...v, third }); }} choices={choices.filter((x) => x.value !== v.number && x.value !== v.second)} />}
        </>
      ) : null}
      <Button type="primary" disabled={v.number === ""} loading={step.isPending} onClick={() => { step.mutate(undefined); }}>
        选定并公布
      </Button>
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
  const missing = bids.some((b) => columns.some((col) => at(b.number, col.name) === undefined));
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
      <div className="compare scores">
        <table>
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
                  <td key={col.name}>
                    <input aria-label={`${b.number} 号${col.words}`} inputMode="decimal" value={points[`${b.number}-${col.name}`] ?? ""} onChange={(e) => { setPoints({ ...points, [`${b.number}-${col.name}`]: e.currentTarget.value }); }} />
                  </td>
                ))}
                <td>
                  <input aria-label={`${b.number} 号评语`} className="comment" value={points[`${b.number}-comment`] ?? ""} onChange={(e) => { setPoints({ ...points, [`${b.number}-comment`]: e.currentTarget.value }); }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <label className="option">
        <input type="checkbox" checked={sure} onChange={(e) => { setSure(e.currentTarget.checked); }} />
        <span>我独立评分，已核对，提交后不再修改</span>
      </label>
      <Button type="primary" disabled={missing || !sure} loading={step.isPending} onClick={() => { step.mutate(undefined); }}>
        提交评分
      </Button>
    </Card>
  );
}
