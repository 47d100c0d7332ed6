import { Button, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField } from "../../frame/fields";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { FileList } from "./Files";
import { Stars } from "./Stars";
import { useStep } from "./contracts";
import { useAppeals } from "./evaluations";

/** Appeals against evaluations that wait for a decision; nothing while there are none. */
export function AppealsDesk() {
  const list = useAppeals();
  if (list.error) return <ReadFault fault={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <RowsSkeleton rows={1} />;
  if (list.data.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby="evaluation-appeals">
      <h2 id="evaluation-appeals">{list.data.total} 件评价申诉待审查</h2>
      <ul className="parts">
        {list.data.items.map((m) => (
          <li key={m.id}>
            <p className="contract-title">
              <Link to={`/contracts/${m.contractId}`}>{m.title}</Link> {m.late ? <Tag color="error">超期</Tag> : null}
            </p>
            <p className="contract-facts">
              {m.contractNumber} · {m.purchaser} · {m.agency} · {m.sideLabel}的评价，加权平均 {m.mean} 星
            </p>
            <p>
              {m.stars.map((s) => (
                <span key={s.key} className="star-inline">
                  {s.label} <Stars n={s.stars} />
                </span>
              ))}
            </p>
            {m.stars.filter((s) => s.reason !== undefined && s.reason !== "").map((s) => (
              <p key={s.key}>
                {s.label}：{s.reason}
              </p>
            ))}
            {m.comment === undefined || m.comment === "" ? null : <p>总的评价：{m.comment}</p>}
            {m.appeal === undefined ? null : (
              <div className="reply">
                <p>
                  申诉：{m.appeal.reason}
                </p>
                <FileList files={m.appeal.files} />
                <p>
                  审查期限 <TimeLeft until={m.appeal.dueAt} provisional={m.appeal.dueProvisional} />
                </p>
                <DecideAppeal id={m.appeal.id} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The officials' decision on an appeal, with its published reasons. */
export function DecideAppeal({ id }: { id: string }) {
  const [how, setHow] = useState("");
  const [answer, setAnswer] = useState("");
  const step = useStep(() => read(api.POST("/api/v1/evaluation-appeals/{id}/decision", { params: { path: { id } }, body: { upheld: how === "upheld", answer } })));
  return (
    <form
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        step.mutate(undefined);
      }}
    >
      <ActFault fault={step.error} />
      <RadioField
        label="审查结果"
        value={how}
        change={setHow}
        choices={[
          { value: "upheld", words: "申诉成立，撤销评价", note: "从现在起不再计分，评价方可以更正一次" },
          { value: "dismissed", words: "申诉不成立，评价维持" },
        ]}
      />
      <AreaField label="审查意见" help="查明的事实和结论，会公开；不要写电话和证件号码" maxLength={2000} value={answer} change={setAnswer} fault={faultsOf(step.error).answer} />
      <Button type="primary" htmlType="submit" loading={step.isPending} disabled={how === "" || answer.trim().length < 5}>
        作出决定
      </Button>
    </form>
  );
}
