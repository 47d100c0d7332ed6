import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useLocation } from "react-router";
import { api, done, read } from "../../../shared/api/client";
import { date } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { ReadFault, RowsSkeleton } from "../../frame/states";

/** The identity kept elsewhere that may sign in here too. */
export function Links({ name }: { name: string }) {
  const client = useQueryClient();
  const problem = new URLSearchParams(useLocation().search).get("problem");
  const links = useQuery({
    queryKey: ["identities"],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/me/identities", { signal }))).items,
  });
  const link = useMutation({
    mutationFn: () => read(api.POST("/api/v1/me/identities")),
    onSuccess: ({ url }) => { window.location.assign(url); },
  });
  const unlink = useMutation({
    mutationFn: () => done(api.DELETE("/api/v1/me/identities")),
    onSuccess: () => client.invalidateQueries({ queryKey: ["identities"] }),
  });
  return (
    <section className="card" aria-labelledby="links">
      <h2 id="links">{name}</h2>
      {problem === null ? null : <Alert role="alert" className="notice" type="warning" showIcon title="没有关联成功，请重试。" />}
      <ActFault fault={link.error ?? unlink.error} />
      {links.data === undefined ? (
        links.error ? <ReadFault fault={links.error} retry={() => void links.refetch()} /> : <RowsSkeleton rows={1} />
      ) : links.data.length === 0 ? (
        <>
          <p className="tell">关联后，可以用{name}直接登录。</p>
          <Button loading={link.isPending} onClick={() => { link.mutate(); }}>关联{name}</Button>
        </>
      ) : (
        <>
          <ul>
            {links.data.map((l) => (
              <li key={l.issuer}>已于 {date(l.linkedAt)} 关联 {l.name ?? l.issuer}</li>
            ))}
          </ul>
          <Button loading={unlink.isPending} onClick={() => { unlink.mutate(); }}>解除关联</Button>
        </>
      )}
    </section>
  );
}
