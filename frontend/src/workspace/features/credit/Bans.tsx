import { useQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { may, useMe } from "../../frame/me";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { begin, useStep } from "./credit";
import "./credit.css";

/** What the law forbids whom, and until when; officials record and lift it by two. */
export function Bans() {
  const { data: me } = useMe();
  const navigate = useNavigate();
  const list = useQuery({ queryKey: ["credit", "bans"], staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/statutory-bans", { params: { query: { past: true, limit: 100 } }, signal })) });
  const start = useStep(({ kind, subject }: { kind: string; subject?: string }) => begin(kind, subject), (id) => void navigate(`/submissions/${id}`));
  const propose = me !== undefined && may(me, "credit-ban:propose");
  const rows = list.data?.items ?? [];
  return (
    <Page
      title="法定禁业"
      lede="主管机关依法决定的：在一定期限内或者终身不得从业。到期自动失效，期内不能入驻、不能报名。"
      actions={propose ? <Button loading={start.isPending} onClick={() => { start.mutate({ kind: "credit-ban" }); }}>登记一条决定</Button> : undefined}
    >
      <ActFault fault={start.error} />
      <section className="card" aria-labelledby="ban-list">
        <h2 id="ban-list">登记的决定</h2>
        {list.error ? (
          <ReadFault fault={list.error} retry={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <RowsSkeleton rows={3} />
        ) : rows.length === 0 ? (
          <p className="tell">还没有登记。由工作人员照决定书提出，另一人确认后在这里公布。</p>
        ) : (
          <ul className="credit-rows">
            {rows.map((b) => (
              <li key={b.id}>
                <p className="credit-title">
                  {b.name} <Tag>{b.kindLabel}</Tag>
                  {b.inForce ? <Tag color="error">有效</Tag> : <Tag>{b.liftedOn === undefined ? "期外" : "已撤销"}</Tag>}
                  {b.demo ? <Tag>示例数据</Tag> : null}
                </p>
                <p className="credit-facts">
                  {b.from} 至 {b.forLife ? "终身" : b.until} · {b.law} · {b.authority} {b.documentNo}
                </p>
                <p className="credit-facts">{b.conduct}</p>
                {b.liftedOn === undefined ? null : (
                  <p className="credit-facts">
                    自 {b.liftedOn} 起撤销：{b.liftReason}
                  </p>
                )}
                {propose && b.liftedOn === undefined ? (
                  <Button loading={start.isPending} onClick={() => { start.mutate({ kind: "credit-ban-lifting", subject: b.id }); }}>
                    提出撤销<span className="visually-hidden">：{b.name}</span>
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
