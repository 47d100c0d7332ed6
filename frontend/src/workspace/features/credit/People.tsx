import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useNavigate, useParams } from "react-router";
import { Refusal, api, read } from "../../../shared/api/client";
import { date } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { may, useMe } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { begin, useStep } from "./credit";
import "./credit.css";

/** The practitioners of an agency: what they are engaged in, where else they are registered, their conduct. */
export function People() {
  const { id = "" } = useParams();
  const { data: me } = useMe();
  const navigate = useNavigate();
  const list = useQuery({
    queryKey: ["credit", "people", id],
    staleTime: 30_000,
    retry: false,
    queryFn: ({ signal }) => read(api.GET("/api/v1/agencies/{id}/practitioner-standings", { params: { path: { id } }, signal })).then((p) => p.items),
  });
  const start = useStep((person: string) => begin("practitioner-record", person), (s) => void navigate(`/submissions/${s}`));
  const propose = me !== undefined && may(me, "practitioner-record:propose");
  const none = list.error instanceof Refusal && list.error.status === 404;
  return (
    <Page title="执业人员" lede="正在承担的项目、是否登记在别的机构、执业行为的记录。公开的页面只有遮蔽的姓名。">
      <ActFault fault={start.error} />
      <section className="card" aria-labelledby="people-list">
        <h2 id="people-list">登记的人员</h2>
        {none ? (
          <p className="tell">没有这家机构，或者它不在您的查看范围内。</p>
        ) : list.error ? (
          <ReadFault fault={list.error} retry={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <RowsSkeleton rows={4} />
        ) : list.data.length === 0 ? (
          <p className="tell">还没有登记执业人员。在“机构变更”中登记。</p>
        ) : (
          <ul className="credit-rows">
            {list.data.map((p) => (
              <li key={p.id}>
                <p className="credit-title">
                  {p.name} <Tag>{p.specialty}</Tag>
                  {p.ban === undefined || p.ban === "" ? null : <Tag color="error">禁业期内</Tag>}
                  {p.elsewhere.length === 0 ? null : <Tag color="warning">可能双重执业</Tag>}
                </p>
                {p.ban === undefined || p.ban === "" ? null : <p className="credit-wait">{p.ban}</p>}
                {p.elsewhere.length === 0 ? null : <p className="credit-facts">还登记在：{p.elsewhere.join("、")}</p>}
                <p className="credit-facts">{p.engagements.length === 0 ? "没有正在承担的项目" : `正在承担 ${p.engagements.length} 个项目：`}</p>
                {p.engagements.map((e) => (
                  <p key={e.procurementId} className="credit-facts">
                    <a href={`/procurements/${e.procurementId}`}>{e.title}</a>（{e.agency}，{date(e.awardedAt)} 中选）
                  </p>
                ))}
                {p.conduct.map((c) => (
                  <p key={c.id} className="credit-facts">
                    {c.occurredOn}：{c.conduct}（{c.basis}；记录至 {c.expiresOn}）
                  </p>
                ))}
                {propose ? (
                  <Button loading={start.isPending} onClick={() => { start.mutate(p.id); }}>
                    提出行为记录<span className="visually-hidden">：{p.name}</span>
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </section>
    </Page>
  );
}
