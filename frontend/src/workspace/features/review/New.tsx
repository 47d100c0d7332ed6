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
import { AgencySubject, idOf, ItemSubject, type Subject } from "./subjects";
import { detailKey, useKinds, type Kind } from "./submissions";

/** What begins at the thing it is about: at a procurement, a credit record, a ban, a practitioner. */
const elsewhere = new Set(["procurement-amendment", "credit-repair", "credit-appeal", "credit-ban-lifting", "practitioner-record"]);

/** Which papers I may prepare, each with what it is for. */
export function New() {
  const kinds = useKinds();
  const { data: me } = useMe();
  const mine = kinds.data?.filter((k) => k.mayPrepare && !elsewhere.has(k.name));
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
  const organisations = me.roles.map((r) => r.organisation).filter((o) => o !== undefined);
  const [org, setOrg] = useState("");
  const [subject, setSubject] = useState<Subject>();
  const client = useQueryClient();
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: async () =>
      read(
        api.POST("/api/v1/submissions", {
          body: {
            kind: kind.name,
            ...(org === "" ? {} : { organisationId: org }),
            ...(subject === undefined ? {} : { subjectId: await idOf(subject) }),
          },
        }),
      ),
    onSuccess: (d) => {
      client.setQueryData(detailKey(d.id), d);
      void client.invalidateQueries({ queryKey: ["submissions"] });
      void navigate(`/submissions/${d.id}`);
    },
  });
  // An organisation's matter is about itself; an official names whom or what it is about.
  const about = kind.forOrganisation || kind.name === "item-create" ? undefined : kind.subject;
  const named = about === "item" || about === "agency";
  return (
    <section className="card kind" aria-labelledby={`kind-${kind.name}`}>
      <h2 id={`kind-${kind.name}`}>{kind.label}</h2>
      <p className="tell">{kind.help}</p>
      {kind.forOrganisation && organisations.length > 1 ? (
        <SelectField label="为哪个单位" value={org} change={setOrg} choices={organisations.map((o) => ({ value: o.id, words: o.name }))} />
      ) : null}
      {about === "item" ? <ItemSubject subject={subject} change={setSubject} /> : null}
      {about === "agency" ? <AgencySubject subject={subject} change={setSubject} /> : null}
      <ActFault fault={start.error} />
      <p>
        <Button type="primary" loading={start.isPending} disabled={named && subject === undefined} onClick={() => { start.mutate(); }}>
          开始填写<span className="visually-hidden">{kind.label}</span>
        </Button>
      </p>
    </section>
  );
}
