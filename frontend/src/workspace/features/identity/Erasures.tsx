import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { dateTime } from "../../../shared/format/time";
import { ReasonDialog } from "./reasonDialog";

type Request = components["schemas"]["ErasureRequest"];

/** Who asked to be forgotten; nothing is shown while nobody does. */
export function Erasures() {
  const client = useQueryClient();
  const [chosen, setChosen] = useState<Request>();
  const asked = useQuery({ queryKey: ["erasures"], queryFn: ({ signal }) => read(api.GET("/api/v1/erasure-requests", { params: { query: { limit: 50 } }, signal })) });
  const erase = useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => read(api.PUT("/api/v1/persons/{id}/erasure", { params: { path: { id } }, body: { reason } })),
    onSuccess: async () => {
      setChosen(undefined);
      await Promise.all([client.invalidateQueries({ queryKey: ["erasures"] }), client.invalidateQueries({ queryKey: ["accounts"] })]);
    },
  });
  if ((asked.data?.items.length ?? 0) === 0) return null;
  return (
    <section className="card notice" aria-labelledby="erasures">
      <h2 id="erasures">{asked.data?.total} 人申请删除个人信息</h2>
      <ul className="grants">
        {asked.data?.items.map((r) => (
          <li key={r.personId}>
            <p>
              <b>{r.personName}</b> {dateTime(r.askedAt)}
            </p>
            {r.note === "" ? null : <small>{r.note}</small>}
            <Button onClick={() => { setChosen(r); }}>
              办理<span className="visually-hidden">{r.personName}的申请</span>
            </Button>
          </li>
        ))}
      </ul>
      {chosen === undefined ? null : (
        <ReasonDialog
          title={`删除${chosen.personName}的个人信息？`}
          act="删除"
          danger
          pending={erase.isPending}
          fault={erase.error}
          done={(reason) => { erase.mutate({ id: chosen.personId, reason }); }}
          close={() => { setChosen(undefined); }}
        >
          <p>姓名、电话、邮箱、身份证号等会删除，不能恢复；依法须保留的记录除外。</p>
        </ReasonDialog>
      )}
    </section>
  );
}
