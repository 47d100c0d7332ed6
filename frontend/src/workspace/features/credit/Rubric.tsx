import { Button, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { ActFault } from "../../frame/Act";
import { may, useMe } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { begin, rangeWords, useRubric, useStep, type Entry } from "./credit";
import { TryChange } from "./TryChange";
import "./credit.css";

/** The rubric: each entry with its versions, and how it is changed. */
export function Rubric() {
  const rubric = useRubric();
  const { data: me } = useMe();
  const navigate = useNavigate();
  const start = useStep((subject: string | undefined) => begin("credit-rubric", subject), (id) => void navigate(`/submissions/${id}`));
  const mayPropose = me !== undefined && may(me, "credit-rubric:propose");
  const ids = [...new Set(rubric.data?.map((e) => e.id) ?? [])];
  return (
    <Page
      title="信用评分标准"
      lede="每种行为扣多少、加多少，依据什么，从哪天起。旧版本不变，记录按提出那天的版本。"
      actions={mayPropose ? <Button onClick={() => { start.mutate(undefined); }} loading={start.isPending}>提出新条目</Button> : <Link to="/credit-records">信用记录</Link>}
    >
      <ActFault fault={start.error} />
      {rubric.error ? (
        <ReadFault fault={rubric.error} retry={() => void rubric.refetch()} />
      ) : rubric.data === undefined ? (
        <RowsSkeleton rows={8} />
      ) : ids.length === 0 ? (
        <p className="card tell">还没有评分标准。</p>
      ) : (
        ids.map((id) => (
          <OneEntry key={id} versions={rubric.data.filter((e) => e.id === id)} mayPropose={mayPropose} pending={start.isPending} propose={(subject) => { start.mutate(subject); }} />
        ))
      )}
    </Page>
  );
}

interface OneProps {
  versions: Entry[];
  mayPropose: boolean;
  pending: boolean;
  propose: (subject: string) => void;
}

function OneEntry({ versions, mayPropose, pending, propose }: OneProps) {
  const [trying, setTrying] = useState(false);
  const shown = versions.find((v) => v.inForce) ?? versions[0];
  if (shown === undefined) return null;
  return (
    <section className="card" aria-labelledby={`entry-${shown.id}`}>
      <h2 id={`entry-${shown.id}`}>
        {shown.conduct} <Tag color={shown.level === "honour" ? "success" : shown.level === "serious" ? "error" : "default"}>{shown.levelLabel}</Tag>
        {shown.veto ? <Tag color="error">一票否决</Tag> : null}
        {shown.retired && shown.inForce ? <Tag>已停用</Tag> : null}
      </h2>
      <p className="credit-facts">
        {shown.id} · {rangeWords(shown)} · 计分 {shown.validityMonths} 个月 · {shown.legalBasis}
      </p>
      <details>
        <summary>{versions.length} 个版本</summary>
        <ul className="credit-rows">
          {versions.map((v) => (
            <li key={v.version}>
              <p className="credit-title">
                第 {v.version} 版 {v.inForce ? <Tag color="processing">现行</Tag> : null}
                {v.retired ? <Tag>停用</Tag> : null}
              </p>
              <p className="credit-facts">
                {v.effectiveFrom} 起施行 · {v.levelLabel} {rangeWords(v)} · 计分 {v.validityMonths} 个月{v.veto ? " · 一票否决" : ""}
              </p>
              <p className="credit-facts">
                {v.conduct}；依据：{v.legalBasis}；{v.source}
              </p>
            </li>
          ))}
        </ul>
      </details>
      {mayPropose ? (
        <p className="form-actions">
          <Button aria-expanded={trying} onClick={() => { setTrying(!trying); }}>
            改了会怎样<span className="visually-hidden">：{shown.conduct}</span>
          </Button>
          <Button loading={pending} onClick={() => { propose(shown.subjectId); }}>
            提出变更<span className="visually-hidden">：{shown.conduct}</span>
          </Button>
        </p>
      ) : null}
      {trying ? <TryChange entry={shown} /> : null}
    </section>
  );
}
