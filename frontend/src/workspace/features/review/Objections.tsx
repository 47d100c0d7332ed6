import { useMutation } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField } from "../../frame/fields";
import { may, useMe } from "../../frame/me";
import type { Detail } from "./submissions";
import { useKeep } from "./useAct";

type Objection = Detail["objections"][number];

const states: Record<Objection["state"], { words: string; tone: "warning" | "error" | "default" }> = {
  filed: { words: "待答复", tone: "warning" },
  upheld: { words: "成立", tone: "error" },
  dismissed: { words: "不成立", tone: "default" },
};

/** What was said against it in its publicity, and the answers. */
export function Objections({ detail: d }: { detail: Detail }) {
  const { data: me } = useMe();
  if (d.objections.length === 0) return null;
  const decides = me !== undefined && may(me, "objection:decide") && (d.whyNot === undefined || d.whyNot === "");
  return (
    <section className="card" aria-labelledby="objections">
      <h2 id="objections">公示期异议 {d.objections.length} 件</h2>
      {d.objections.map((o) => (
        <article key={o.id} className="objection">
          <p>
            <Tag color={states[o.state].tone}>{states[o.state].words}</Tag> <b>{o.name}</b> {dateTime(o.filedAt)}，查询号 {o.number}
          </p>
          <p className="pre">{o.text}</p>
          {o.answer === "" ? null : (
            <p className="note">
              答复{o.decidedAt === undefined ? "" : `（${dateTime(o.decidedAt)}）`}：{o.answer}
            </p>
          )}
          {o.state === "filed" && decides ? <Answer objection={o} submission={d.id} /> : null}
        </article>
      ))}
    </section>
  );
}

function Answer({ objection, submission }: { objection: Objection; submission: string }) {
  const [verdict, setVerdict] = useState("");
  const [answer, setAnswer] = useState("");
  const keep = useKeep(submission);
  const decide = useMutation({
    mutationFn: () =>
      read(api.POST("/api/v1/objections/{id}/answer", { params: { path: { id: objection.id } }, body: { upheld: verdict === "upheld", answer: answer.trim() } })),
    onSuccess: keep,
  });
  return (
    <form
      className="answer"
      onSubmit={(event) => {
        event.preventDefault();
        decide.mutate();
      }}
    >
      <RadioField
        label="结论"
        value={verdict}
        change={setVerdict}
        choices={[
          { value: "dismissed", words: "不成立", note: "期满照常发布" },
          { value: "upheld", words: "成立", note: "撤销通过，退回提交方修改" },
        ]}
      />
      <AreaField label="答复" help="写明查明的事实和结论，公开给异议人" rows={4} maxLength={2000} value={answer} change={setAnswer} fault={faultsOf(decide.error).answer} />
      <ActFault fault={decide.error} />
      <Button type="primary" htmlType="submit" loading={decide.isPending} disabled={verdict === "" || answer.trim().length < 5}>
        答复
      </Button>
    </form>
  );
}
