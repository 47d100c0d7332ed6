import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField, TextField } from "../../frame/fields";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { TimeLeft } from "../../frame/TimeLeft";
import { useWanting } from "../../frame/useWanting";
import { useStep } from "./procurements";

type Matter = components["schemas"]["ObjectionMatter"];

/** Objections to results that wait for a decision; nothing while there are none. */
export function ObjectionsDesk() {
  const list = useQuery({ queryKey: ["procurements", "objections"], queryFn: ({ signal }) => read(api.GET("/api/v1/procurement-objections", { params: { query: { limit: 50 } }, signal })) });
  if (list.error) return <ReadFault fault={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <RowsSkeleton rows={1} />;
  if (list.data.items.length === 0) return null;
  return (
    <section className="card notice" aria-labelledby="result-objections">
      <h2 id="result-objections">{list.data.total} 件对结果的异议待办</h2>
      <ul className="procurements">
        {list.data.items.map((m) => (
          <li key={m.id}>
            <p className="procurement-title">
              <Link to={`/procurements/${m.procurementId}`}>{m.title}</Link> <Tag>{m.stateLabel}</Tag>
            </p>
            <p className="procurement-facts">
              {m.number} · 异议人 {m.name} · 期限 <TimeLeft until={m.dueAt} provisional={m.dueProvisional} />
            </p>
            <p className="objection-text">{m.text}</p>
            {m.state === "filed" ? <Accept m={m} /> : <Answer m={m} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Accept({ m }: { m: Matter }) {
  const [reason, setReason] = useState("");
  const act = useStep((accept: boolean) => read(api.POST("/api/v1/procurement-objections/{id}/acceptance", { params: { path: { id: m.id } }, body: { accept, reason } })));
  const { box, wanting, complete } = useWanting<HTMLDivElement>({ reason: reason.trim().length < 5 && "写明理由，5 字以上" });
  const decide = (accept: boolean): void => { if (complete()) act.mutate(accept); };
  return (
    <div ref={box}>
      <ActFault fault={act.error} />
      <AreaField label="受理或不予受理的理由" help="会公开；不要写异议人的姓名和电话" value={reason} change={setReason} maxLength={2000} fault={wanting.reason ?? faultsOf(act.error).reason} />
      <p className="form-actions">
        <Button type="primary" loading={act.isPending} onClick={() => { decide(true); }}>
          受理，中止采购
        </Button>
        <Button loading={act.isPending} onClick={() => { decide(false); }}>不予受理</Button>
      </p>
    </div>
  );
}

function Answer({ m }: { m: Matter }) {
  const [how, setHow] = useState("");
  const [answer, setAnswer] = useState("");
  const [bid, setBid] = useState("");
  const act = useStep(() =>
    read(
      api.POST("/api/v1/procurement-objections/{id}/answer", {
        params: { path: { id: m.id } },
        body: { upheld: how !== "dismiss", answer, ...(how === "dismiss" ? {} : { remedy: how as "reselect" | "terminate" }), ...(how === "reselect" && /^\d+$/.test(bid.trim()) ? { bid: Number(bid) } : {}) },
      }),
    ),
  );
  const { box, wanting, complete } = useWanting<HTMLFormElement>({
    how: how === "" && "选一种办理结果",
    answer: answer.trim().length < 5 && "写答复，5 字以上",
    bid: how === "reselect" && !/^\d*$/.test(bid.trim()) && "编号是数字，如 3；不写是中选的那份",
  });
  const faults = { ...faultsOf(act.error), ...wanting };
  return (
    <form
      ref={box}
      onSubmit={(event) => {
        event.preventDefault();
        if (complete()) act.mutate(undefined);
      }}
    >
      <ActFault fault={act.error} />
      <RadioField
        label="办理结果"
        fault={faults.how}
        value={how}
        change={setHow}
        choices={[
          { value: "dismiss", words: "异议不成立，恢复公示" },
          { value: "reselect", words: "异议成立，剔除后重新选取", note: "编号和随机数来源（熵源）不变，由原来抽出的次序决定" },
          { value: "terminate", words: "异议成立，终止采购" },
        ]}
      />
      {how === "reselect" ? <TextField label="剔除哪个编号" help="不写是中选的那份" inputMode="numeric" optional value={bid} change={setBid} fault={faults.bid} /> : null}
      <AreaField label="答复" help="会公开" value={answer} change={setAnswer} maxLength={2000} fault={faults.answer} />
      <Button type="primary" htmlType="submit" loading={act.isPending}>
        答复
      </Button>
    </form>
  );
}
