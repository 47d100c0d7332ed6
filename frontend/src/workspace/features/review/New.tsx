import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { SelectField } from "../../frame/fields";
import { useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { CardsSkeleton, ReadFault } from "../../frame/states";
import { useItems } from "./form/items";
import { detailKey, useKinds, type Kind } from "./submissions";

/** Which papers I may prepare, each with what it is for. */
export function New() {
  const kinds = useKinds();
  const { data: me } = useMe();
  const mine = kinds.data?.filter((k) => k.mayPrepare);
  return (
    <Page title="新建申请" lede="选一类，按表填写。边填边存，随时可以离开再回来。">
      {mine === undefined || me === undefined ? (
        kinds.error ? (
          <ReadFault fault={kinds.error} retry={() => void kinds.refetch()} />
        ) : (
          <CardsSkeleton count={4} />
        )
      ) : mine.length === 0 ? (
        <p className="card">您的角色没有要提交的申请。</p>
      ) : (
        <div className="cards">
          {mine.map((k) => (
            <KindCard key={k.name} kind={k} me={me} />
          ))}
        </div>
      )}
    </Page>
  );
}

function KindCard({ kind, me }: { kind: Kind; me: Me }) {
  // An organisation's matter is about itself; an official names the item, unless it is new.
  const changesItem = kind.subject === "item" && kind.name !== "item-create";
  const organisations = me.roles.map((r) => r.organisation).filter((o) => o !== undefined);
  const [org, setOrg] = useState("");
  const [code, setCode] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: async () => {
      const item = code === "" ? undefined : await read(api.GET("/api/v1/service-items/{code}", { params: { path: { code } } }));
      return read(
        api.POST("/api/v1/submissions", {
          body: { kind: kind.name, ...(org === "" ? {} : { organisationId: org }), ...(item === undefined ? {} : { subjectId: item.id }) },
        }),
      );
    },
    onSuccess: (d) => {
      client.setQueryData(detailKey(d.id), d);
      void client.invalidateQueries({ queryKey: ["submissions"] });
      void navigate(`/submissions/${d.id}`);
    },
  });
  return (
    <section className="card kind" aria-labelledby={`kind-${kind.name}`}>
      <h2 id={`kind-${kind.name}`}>{kind.label}</h2>
      <p className="tell">{kind.help}</p>
      {kind.forOrganisation && organisations.length > 1 ? (
        <SelectField label="为哪个单位" value={org} change={setOrg} choices={organisations.map((o) => ({ value: o.id, words: o.name }))} />
      ) : null}
      {changesItem ? <ItemSubject value={code} change={setCode} /> : null}
      <ActFault fault={start.error} />
      <p>
        <Button type="primary" loading={start.isPending} disabled={changesItem && code === ""} onClick={() => { start.mutate(); }}>
          开始填写
        </Button>
      </p>
    </section>
  );
}

function ItemSubject({ value, change }: { value: string; change: (id: string) => void }) {
  const items = useItems();
  return (
    <SelectField
      label="哪个事项"
      value={value}
      change={change}
      none={items.isError ? "事项没有读到，请刷新" : "请选择"}
      choices={(items.data ?? []).map((i) => ({ value: i.code, words: `${i.code} ${i.name}` }))}
    />
  );
}
