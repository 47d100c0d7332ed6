import { useMutation, useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { SelectField } from "../../frame/fields";
import { may, useMe, type Me } from "../../frame/me";
import type { Detail } from "./submissions";
import { useKeep } from "./useAct";

/** Who has it in hand: a reviewer takes it, a region's administrator gives it to someone. */
export function Assignee({ detail: d }: { detail: Detail }) {
  const { data: me } = useMe();
  if (me === undefined || d.state !== "submitted") return null;
  const reviewing = d.allowedActions.includes("accept");
  if (!reviewing && !may(me, "submission:assign")) return d.assignee === undefined ? null : <p>承办人：{d.assignee}</p>;
  return <Hands detail={d} me={me} reviewing={reviewing} />;
}

function Hands({ detail: d, me, reviewing }: { detail: Detail; me: Me; reviewing: boolean }) {
  const keep = useKeep(d.id);
  const assign = useMutation({
    mutationFn: (personId: string | undefined) =>
      read(
        api.PUT("/api/v1/submissions/{id}/assignee", {
          params: { path: { id: d.id } },
          body: { version: d.version, ...(personId === undefined ? {} : { personId }) },
        }),
      ),
    onSuccess: keep,
  });
  const mine = d.assigneeId === me.personId;
  return (
    <div className="assignee">
      <p>
        承办人：<b>{mine ? "我" : (d.assignee ?? "待分派")}</b>
      </p>
      <ActFault fault={assign.error} />
      {reviewing && !mine && d.assigneeId === undefined ? (
        <Button loading={assign.isPending} onClick={() => { assign.mutate(me.personId); }}>
          我来办
        </Button>
      ) : null}
      {mine ? (
        <Button loading={assign.isPending} onClick={() => { assign.mutate(undefined); }}>
          退回待分派
        </Button>
      ) : null}
      {may(me, "submission:assign") ? <Give current={d.assigneeId} give={(id) => { assign.mutate(id); }} /> : null}
    </div>
  );
}

function Give({ current, give }: { current: string | undefined; give: (personId: string | undefined) => void }) {
  const [chosen, setChosen] = useState("");
  const people = useQuery({
    queryKey: ["workload"],
    queryFn: async ({ signal }) => await read(api.GET("/api/v1/workload", { signal })),
  });
  const reviewers = people.data?.reviewers ?? [];
  return (
    <div className="give">
      <SelectField
        label="分派给"
        value={chosen}
        change={setChosen}
        choices={reviewers.filter((r) => r.personId !== current).map((r) => ({ value: r.personId, words: `${r.name}（在办 ${r.holding} 件）` }))}
      />
      <Button disabled={chosen === ""} onClick={() => { give(chosen); }}>
        分派
      </Button>
    </div>
  );
}
