import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { AgencyField, type FoundAgency } from "../../frame/AgencyField";
import { AreaField, SelectField, TextField } from "../../frame/fields";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { rangeWords, tenthsIn, useRubric, useStep } from "./credit";
import { PaperList, type Paper } from "./PaperList";
import "./credit.css";

const blank = { entry: "", points: "", facts: "", source: "", authority: "", documentNo: "", decidedOn: "", basis: "", served: "" };

const optional = ["authority", "documentNo", "decidedOn", "basis", "served"] as const;

/** Proposes a record: about whom, under which entry, and what was found. */
export function Propose() {
  const rubric = useRubric();
  const navigate = useNavigate();
  const [subject, setSubject] = useState<FoundAgency>();
  const [f, setF] = useState(blank);
  const [papers, setPapers] = useState<Paper[]>([]);
  const put = (name: keyof typeof blank) => (value: string): void => { setF({ ...f, [name]: value }); };
  const entries = rubric.data?.filter((e) => e.inForce && !e.retired) ?? [];
  const entry = entries.find((e) => e.id === f.entry);
  const tenths = entry === undefined || f.points.trim() === "" ? undefined : tenthsIn(f.points, entry);
  const wrong = entry !== undefined && f.points.trim() !== "" && tenths === undefined;
  const act = useStep(
    (agencyId: string) => {
      const more: Partial<Record<(typeof optional)[number], string>> = {};
      for (const k of optional) if (f[k].trim() !== "") more[k] = f[k].trim();
      return read(
        api.POST("/api/v1/credit-records", {
          body: { agencyId, rubric: f.entry, facts: f.facts.trim(), source: f.source.trim(), files: papers.map((p) => p.id), ...(tenths === undefined ? {} : { tenths }), ...more },
        }),
      );
    },
    (r) => void navigate(`/credit-records/${r.id}`),
  );
  return (
    <Page title="提出信用记录" lede="提出后立即告知机构，申辩期开始；由另一人认定后才公布、计分。">
      {rubric.error ? (
        <ReadFault fault={rubric.error} retry={() => void rubric.refetch()} />
      ) : rubric.data === undefined ? (
        <RowsSkeleton rows={6} />
      ) : (
        <form
          className="card"
          onSubmit={(event) => {
            event.preventDefault();
            if (subject !== undefined) act.mutate(subject.id);
          }}
        >
          <AgencyField chosen={subject} change={setSubject} />
          <SelectField label="评分标准条目" value={f.entry} change={put("entry")} choices={entries.map((e) => ({ value: e.id, words: `${e.levelLabel} · ${e.conduct}（${rangeWords(e)}）` }))} />
          {entry === undefined ? null : (
            <p className="tell">
              依据：{entry.legalBasis}。计分 {entry.validityMonths} 个月。{entry.veto ? "一票否决：认定后等级直接为 D。" : ""}
            </p>
          )}
          <TextField label="分值" optional help={entry === undefined ? "不写就按条目最轻的" : `${rangeWords(entry)}；不写正负号，不填就按最轻的`} fault={wrong ? "应在条目的范围内，最多一位小数" : undefined} value={f.points} change={put("points")} maxLength={5} />
          <AreaField label="事实" help="认定后公开；不写个人姓名、电话和证号" rows={5} value={f.facts} change={put("facts")} maxLength={2000} />
          <TextField label="来源" help="谁在哪里发现，如 2026 年 3 月双随机检查" value={f.source} change={put("source")} maxLength={200} />
          <details>
            <summary>依据行政处罚决定提出的</summary>
            <TextField label="处罚机关" optional value={f.authority} change={put("authority")} maxLength={100} />
            <TextField label="决定书文号" optional value={f.documentNo} change={put("documentNo")} maxLength={100} />
            <TextField label="决定日期" type="date" optional value={f.decidedOn} change={put("decidedOn")} />
            <AreaField label="决定的依据" optional value={f.basis} change={put("basis")} maxLength={1000} />
          </details>
          <TextField label="送达方式" optional help="机构在平台没有账号的须写：怎样、何时告知的" value={f.served} change={put("served")} maxLength={200} />
          <PaperList label="证据" papers={papers} change={setPapers} />
          <ActFault fault={act.error} />
          <Button type="primary" htmlType="submit" loading={act.isPending} disabled={subject === undefined || entry === undefined || wrong || f.facts.trim().length < 5 || f.source.trim().length < 2}>
            提出并告知机构
          </Button>
        </form>
      )}
    </Page>
  );
}
