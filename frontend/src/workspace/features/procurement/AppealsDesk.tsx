import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField, RadioField } from "../../frame/fields";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { useWanting } from "../../frame/useWanting";
import { recusalWords, useStep } from "./procurements";

type Appeal = components["schemas"]["RecusalAppeal"];

/** Agencies' words against a computed recusal; nothing while there are none. */
export function AppealsDesk() {
  const list = useQuery({ queryKey: ["procurements", "appeals"], queryFn: ({ signal }) => read(api.GET("/api/v1/recusal-appeals", { signal })) });
  if (list.error) return <ReadFault fault={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <RowsSkeleton rows={1} />;
  if (list.data.items.length === 0) return null;
  return (
    <section className="card notice" aria-labelledby="recusal-appeals">
      <h2 id="recusal-appeals">{list.data.items.length} 件对回避的异议待办</h2>
      <p className="tell">机构被系统算出须回避、不能报名，它认为不对。成立的，这一类回避对它解除，可以报名；报名截止前处理才有用。</p>
      <ul className="procurements">
        {list.data.items.map((a) => (
          <li key={a.id}>
            <p className="procurement-title">
              <Link to={`/procurements/${a.procurementId}`}>{a.title}</Link>
            </p>
            <p className="procurement-facts">
              {a.agencyName} · 回避情形：{recusalWords(a.code)} · {dateTime(a.filedAt)} 提出
            </p>
            <p className="objection-text">{a.reason}</p>
            <Decide a={a} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Decide({ a }: { a: Appeal }) {
  const [how, setHow] = useState("");
  const [answer, setAnswer] = useState("");
  const act = useStep(() => read(api.PUT("/api/v1/recusal-appeals/{id}", { params: { path: { id: a.id } }, body: { upheld: how === "upheld", answer } })));
  const { box, wanting, complete } = useWanting<HTMLFormElement>({ how: how === "" && "选一种处理结果", answer: answer.trim().length < 5 && "写处理意见，5 字以上" });
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
        label="处理结果"
        value={how}
        change={setHow}
        fault={wanting.how}
        choices={[
          { value: "upheld", words: "异议成立，解除这类回避" },
          { value: "dismissed", words: "异议不成立，仍须回避" },
        ]}
      />
      <AreaField label="处理意见" help="告知提出的机构" value={answer} change={setAnswer} maxLength={2000} fault={wanting.answer ?? faultsOf(act.error).answer} />
      <Button type="primary" htmlType="submit" loading={act.isPending}>
        处理
      </Button>
    </form>
  );
}
