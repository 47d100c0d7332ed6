import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { ActFault } from "../../frame/Act";
import { SelectField, TextField } from "../../frame/fields";
import type { Me } from "../../frame/me";

type Detail = components["schemas"]["ReviewDetail"];

/** Starts a notice or its amendment, and leads to its form. */
export function useStart() {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (of: { kind: "procurement-notice" | "procurement-amendment"; subject?: string; organisation?: string; content?: Record<string, unknown> }): Promise<Detail> => {
      const started = await read(
        api.POST("/api/v1/submissions", {
          body: {
            kind: of.kind,
            ...(of.subject === undefined ? {} : { subjectId: of.subject }),
            ...(of.organisation === undefined || of.organisation === "" ? {} : { organisationId: of.organisation }),
          },
        }),
      );
      if (of.content === undefined) return started;
      return read(api.PUT("/api/v1/submissions/{id}/content", { params: { path: { id: started.id } }, body: { version: started.version, content: { ...started.content, ...of.content } } }));
    },
    onSuccess: (d) => {
      void client.invalidateQueries({ queryKey: ["submissions"] });
      void navigate(`/submissions/${d.id}`);
    },
  });
}

const selfPrepare = { yes: "可以自行编制，不必委托", no: "须委托中介机构", conditional: "符合条件的可以自行编制" } as const;
const basis = { direct: "有直接依据", indirect: "有间接依据", none: "没有法律依据：不得要求您提供" } as const;

/** Three ways to a notice: a blank form, from what an approval needs, or the service items one knows. */
export function StartCard({ me }: { me: Me }) {
  const start = useStart();
  const organisations = me.roles.map((r) => r.organisation).filter((o) => o !== undefined);
  const [org, setOrg] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [words, setWords] = useState("");
  const [approval, setApproval] = useState("");
  const found = useQuery({
    queryKey: ["approvals", words.trim()],
    enabled: words.trim().length >= 2,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/approval-items", { params: { query: { q: words.trim(), limit: 20 } }, signal }))).items,
  });
  const needs = useQuery({
    queryKey: ["approval", approval],
    enabled: approval !== "",
    queryFn: ({ signal }) => read(api.GET("/api/v1/approval-items/{code}", { params: { path: { code: approval } }, signal })),
  });
  const whom = org === "" ? {} : { organisation: org };
  return (
    <section className="card" aria-labelledby="start-procurement">
      <h2 id="start-procurement">发布采购</h2>
      {organisations.length > 1 ? <SelectField label="为哪个单位" value={org} change={setOrg} choices={organisations.map((o) => ({ value: o.id, words: o.name }))} /> : null}
      <ActFault fault={start.error} />
      <div className="doors">
        <div>
          <h3>我知道要什么服务</h3>
          <p className="tell">直接填公告，边填边检查：有几家符合条件、有没有不该提的要求。</p>
          <Button type="primary" loading={start.isPending} onClick={() => { start.mutate({ kind: "procurement-notice", ...whom }); }}>
            填写公告
          </Button>
        </div>
        <div>
          <h3>我要办一项审批</h3>
          <p className="tell">看它需要哪些中介服务、哪些可以自己做。</p>
          <TextField label="审批事项" type="search" autoComplete="off" help="写名称的几个字，如 环境影响" value={words} change={(w) => { setWords(w); setApproval(""); setChosen([]); }} />
          {approval === "" && found.data !== undefined ? (
            found.data.length === 0 ? (
              <p role="status">没有找到，换几个字试试。</p>
            ) : (
              <ul className="plain">
                {found.data.map((a) => (
                  <li key={a.code}>
                    <Button type="link" onClick={() => { setApproval(a.code); }}>
                      {a.name}（{a.itemCount} 项）
                    </Button>
                  </li>
                ))}
              </ul>
            )
          ) : null}
          {needs.data === undefined ? null : (
            <fieldset className="entry">
              <legend>“{needs.data.name}”需要的中介服务</legend>
              {needs.data.items.map((i) => (
                <label key={i.code} className="option">
                  <input
                    type="checkbox"
                    checked={chosen.includes(i.code)}
                    onChange={(e) => { setChosen(e.currentTarget.checked ? [...chosen, i.code] : chosen.filter((c) => c !== i.code)); }}
                  />
                  <span>
                    {i.name} <Tag>{selfPrepare[i.selfPrepare]}</Tag>
                    <Tag color={i.basisStrength === "none" ? "error" : "default"}>{basis[i.basisStrength]}</Tag>
                    {i.entrustingParties.length === 1 && i.entrustingParties[0] === "approval_dept" ? <Tag color="warning">应由审批部门委托并付费</Tag> : null}
                  </span>
                </label>
              ))}
              <Button disabled={chosen.length === 0} loading={start.isPending} onClick={() => { start.mutate({ kind: "procurement-notice", ...whom, content: { items: [...chosen], approval } }); }}>
                用选中的填写公告
              </Button>
            </fieldset>
          )}
        </div>
      </div>
    </section>
  );
}
