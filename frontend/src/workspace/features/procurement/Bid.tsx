import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Tag } from "antd";
import { useId, useState } from "react";
import { api, read } from "../../../shared/api/client";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { Confirm } from "../../frame/Confirm";
import { faultsOf } from "../../frame/faults";
import { AreaField, TextField, TickField } from "../../frame/fields";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { useFirstFault } from "../../frame/useFirstFault";
import { useWanting } from "../../frame/useWanting";
import { sendForm, type FileRef } from "../../frame/upload";
import { fenOf, yuanOf } from "../../../shared/format/amount";
import { Card } from "./Acts";
import { basisPoints, saveFile, useStep, type MyDetail, type Receipt } from "./procurements";

interface Draft {
  price: string;
  rate: string;
  days: string;
  text: string;
  people: string[];
  files: { id: string; name: string }[];
  /** The digest of the withdrawal, while that is the last word: nobody else can tell it from a bid. */
  withdrawn: string;
}

const blank: Draft = { price: "", rate: "", days: "", text: "", people: [], files: [], withdrawn: "" };

function kept(id: string): Draft {
  try {
    const text = localStorage.getItem(`bid-${id}`);
    return text === null ? blank : { ...blank, ...(JSON.parse(text) as Partial<Draft>) };
  } catch {
    return blank;
  }
}

/** Sign-up, quote and proposal. What was handed in nobody can read; a copy stays in this browser. */
export function Bid({ d }: { d: MyDetail }) {
  const path = { path: { id: d.id } };
  const may = useQuery({ queryKey: ["procurements", "eligibility", d.id], queryFn: ({ signal }) => read(api.GET("/api/v1/procurements/{id}/eligibility", { params: path, signal })) });
  const receipt = useQuery({ queryKey: ["procurements", "receipt", d.id], retry: false, queryFn: ({ signal }) => read(api.GET("/api/v1/procurements/{id}/my-bid", { params: path, signal })) });
  const [v, setV] = useState<Draft>(() => kept(d.id));
  const put = (next: Draft): void => {
    setV(next);
    try {
      localStorage.setItem(`bid-${d.id}`, JSON.stringify(next));
    } catch {
      // a browser that keeps nothing: what is typed stands as long as the page does
    }
  };
  const pricing = d.terms.pricing;
  const submit = useStep(() =>
    read(
      api.PUT("/api/v1/procurements/{id}/my-bid", {
        params: path,
        body: {
          days: /^\d+$/.test(v.days.trim()) ? Number(v.days) : 0,
          ...(pricing === "quoted" ? { quoteFen: fenOf(v.price) ?? -1 } : {}),
          ...(pricing === "discount" ? { discountBp: basisPoints(v.rate) ?? -1 } : {}),
          proposal: { text: v.text, practitioners: v.people, files: v.files.map((f) => f.id) },
        },
      }),
    ),
  );
  const [leaving, setLeaving] = useState(false);
  const withdraw = useStep(
    () => read(api.DELETE("/api/v1/procurements/{id}/my-bid", { params: path })),
    (r) => {
      put({ ...v, withdrawn: r.receipt.sha256 });
      setLeaving(false);
    },
  );
  const form = useFirstFault(submit.error);
  const quote = fenOf(v.price);
  const rate = basisPoints(v.rate);
  const { floorFen = 0, ceilingFen = Infinity } = d.terms;
  const { box, wanting, complete } = useWanting<HTMLDivElement>({
    quoteFen: pricing === "quoted" && (quote === undefined || quote === 0 ? "写报价，如 52000 或 52000.50" : quote < floorFen || quote > ceilingFen ? `应${rangeWords(d)}` : false),
    discountBp: pricing === "discount" && rate === undefined && "写下浮率，大于 0、小于 100，最多两位小数，如 12.5",
    days: !(/^[1-9]\d*$/.test(v.days.trim()) && Number(v.days) <= d.daysCeiling) && `写 1 至 ${d.daysCeiling} 的整数`,
    "proposal.text": (d.method === "proposal" || d.method === "panel") && v.text.trim() === "" && "写响应方案；项目业主或专家要据此比较",
  });
  const picker = useId();
  const upload = useStep(async (file: File) => {
    const form = new FormData();
    form.append("file", file);
    return { ref: await sendForm<FileRef>(`/api/v1/procurements/${d.id}/bid-files`, form, () => undefined), name: file.name };
  }, ({ ref, name }) => { put({ ...v, files: [...v.files, { id: ref.id, name }] }); });
  const faults = { ...faultsOf(submit.error), ...wanting };
  if (may.error) return <ReadFault fault={may.error} retry={() => void may.refetch()} />;
  if (may.data === undefined) return <RowsSkeleton rows={3} />;
  const latest = lastOf(submit.data, withdraw.data, receipt.data);
  const withdrawn = latest?.receipt.sha256 === v.withdrawn;
  return (
    <Card title="报名投标">
      {latest === undefined ? null : (
        <div className="receipt">
          <Alert
            role="status"
            type={withdrawn ? "warning" : "success"}
            title={
              withdrawn
                ? `投标已撤回，${dateTime(latest.receipt.receivedAt)} 收到（第 ${latest.receipt.revision} 次）`
                : `平台已于 ${dateTime(latest.receipt.receivedAt)} 收到（第 ${latest.receipt.revision} 次）`
            }
            description={
              <>
                {withdrawn ? "本机构不参加这次选取；报名截止前可以重新提交。撤回也是密封的，旁人分不出是投标还是撤回。" : "以最后一次提交的为准。"}
                回执摘要（提交内容的指纹）<code>{latest.receipt.sha256}</code>。开标时全部回执一起公布，您可以核对自己的在不在其中。
                <p className="form-actions">
                  <Button onClick={() => { saveFile(`回执-${d.number}.txt`, `${latest.text}\n${latest.signature ?? ""}\n`); }}>存回执</Button>
                </p>
              </>
            }
          />
        </div>
      )}
      {may.data.eligible ? null : (
        <>
          <Alert type="warning" title={`${may.data.agencyName}今天不符合报名条件`} />
          <ul className="plain">
            {may.data.reasons.map((r) => (
              <li key={r.code + r.message}>
                {r.message}；{r.right}
              </li>
            ))}
            {may.data.blocks.map((b) => (
              <Blocked key={b.code + b.message} id={d.id} code={b.code} words={`${b.message}（${b.basis}）`} />
            ))}
          </ul>
        </>
      )}
      {may.data.eligible ? (
        <form
          ref={form}
          onSubmit={(event) => {
            event.preventDefault();
            if (complete()) submit.mutate(undefined);
          }}
        >
          <div ref={box}>
          <p className="tell">
            提交后立即加密，开标前谁也不能读，包括平台管理员，也包括您自己。填写的内容在这台电脑的浏览器里留一份，供修改；截止前可以改、可以撤回。
          </p>
          <ActFault fault={submit.error ?? (leaving ? null : withdraw.error) ?? upload.error} />
          {pricing === "fixed" && d.priceFen !== undefined ? <p>按公告的固定价格 {yuanOf(d.priceFen)} 元，不必报价。</p> : null}
          {pricing === "quoted" ? <TextField label="报价（元）" inputMode="text" help={rangeWords(d)} value={v.price} change={(price) => { put({ ...v, price }); }} fault={faults.quoteFen} /> : null}
          {pricing === "discount" ? <TextField label="下浮率（%）" help="最多两位小数，如 12.5" value={v.rate} change={(rate) => { put({ ...v, rate }); }} fault={faults.discountBp} /> : null}
          <TextField label="承诺时限（工作日）" inputMode="numeric" help={`不超过 ${d.daysCeiling} 个工作日`} value={v.days} change={(days) => { put({ ...v, days }); }} fault={faults.days} />
          <AreaField label="响应方案" optional={d.method !== "proposal" && d.method !== "panel"} rows={6} maxLength={20000} value={v.text} change={(text) => { put({ ...v, text }); }} fault={faults["proposal.text"]} />
          {may.data.practitioners.length > 0 ? (
            <fieldset className="entry">
              <legend>派出的执业人员</legend>
              {may.data.practitioners.map((p) => (
                <TickField key={p.id} label={`${p.name}（${p.specialty}）`} checked={v.people.includes(p.id)} change={(on) => { put({ ...v, people: on ? [...v.people, p.id] : v.people.filter((x) => x !== p.id) }); }} />
              ))}
            </fieldset>
          ) : null}
          <fieldset className="entry">
            <legend>附件</legend>
            <p className="help">PDF、OFD、图片、DOCX、XLSX；同样加密，开标前谁也打不开。</p>
            <ul className="plain">
              {v.files.map((f) => (
                <li key={f.id}>
                  {f.name} <Tag>已密封</Tag>
                  <Button type="link" onClick={() => { put({ ...v, files: v.files.filter((x) => x.id !== f.id) }); }}>
                    去掉<span className="visually-hidden">{f.name}</span>
                  </Button>
                </li>
              ))}
            </ul>
            <input
              id={picker}
              className="file-box"
              type="file"
              disabled={upload.isPending}
              onChange={(event) => {
                const file = event.currentTarget.files?.[0];
                if (file !== undefined) upload.mutate(file);
                event.currentTarget.value = "";
              }}
            />
            <label className="file-button" htmlFor={picker}>
              选择附件
            </label>
            {upload.isPending ? <p role="status">正在上传并密封</p> : null}
          </fieldset>
          <p className="form-actions">
            <Button type="primary" htmlType="submit" loading={submit.isPending}>
              {latest === undefined || withdrawn ? "密封并提交" : "密封并重新提交"}
            </Button>
            {latest === undefined || withdrawn ? null : <Button onClick={() => { setLeaving(true); }}>撤回投标</Button>}
          </p>
          </div>
        </form>
      ) : null}
      {leaving ? (
        <Confirm title="撤回投标？" act="撤回投标" pending={withdraw.isPending} fault={withdraw.error} done={() => { withdraw.mutate(undefined); }} close={() => { setLeaving(false); }}>
          <p>撤回后本机构不参加这次选取。报名截止前可以重新提交，填过的内容还在这台电脑的浏览器里。</p>
        </Confirm>
      ) : null}
    </Card>
  );
}

/** The one handed in last, of what this page has heard. */
function lastOf(...heard: (Receipt | undefined)[]): Receipt | undefined {
  return heard.filter((r) => r !== undefined).sort((a, b) => b.receipt.revision - a.receipt.revision)[0];
}

function rangeWords(d: MyDetail): string {
  const { floorFen, ceilingFen } = d.terms;
  const yuan = (fen: number): string => `${yuanOf(fen)} 元`;
  const parts = [floorFen === undefined ? "" : `不低于 ${yuan(floorFen)}`, ceilingFen === undefined ? "" : `不高于 ${yuan(ceilingFen)}`].filter((w) => w !== "");
  return parts.length === 0 ? "由您报价，最多两位小数" : parts.join("，");
}

type Code = "legal_representative" | "address" | "phone" | "email" | "person" | "practitioner" | "upstream" | "affiliation" | "declared";

function Blocked({ id, code, words }: { id: string; code: Code; words: string }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const appeal = useStep(() => read(api.POST("/api/v1/procurements/{id}/recusal-appeals", { params: { path: { id } }, body: { code, reason } })));
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ reason: reason.trim().length < 5 && "写明理由，5 字以上" });
  return (
    <li>
      须回避：{words}
      {appeal.isSuccess ? (
        <p role="status">已提出，等运营审核处理。</p>
      ) : open ? (
        <div ref={box}>
          <ActFault fault={appeal.error} />
          <AreaField label="为什么不应回避" value={reason} change={setReason} maxLength={2000} fault={wanting.reason ?? faultsOf(appeal.error).reason} />
          <Button loading={appeal.isPending} onClick={() => { if (complete()) appeal.mutate(undefined); }}>
            提出异议
          </Button>
        </div>
      ) : (
        <Button type="link" onClick={() => { setOpen(true); }}>
          认为不对，提出异议
        </Button>
      )}
    </li>
  );
}
