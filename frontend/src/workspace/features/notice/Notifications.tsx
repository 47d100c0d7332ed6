import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { TickField } from "../../frame/fields";

/** Which messages are also sent by e-mail. */
export function Notifications() {
  const client = useQueryClient();
  const key = ["notifications"];
  const kept = useQuery({ queryKey: key, queryFn: ({ signal }) => read(api.GET("/api/v1/me/notifications", { signal })) });
  const change = useMutation({
    mutationFn: (items: { kind: "submission" | "review" | "objection" | "certificate" | "account" | "procurement" | "credit"; mail: boolean }[]) =>
      read(api.PUT("/api/v1/me/notifications", { body: { items } })),
    onSuccess: (now) => { client.setQueryData(key, now); },
  });
  if (kept.data === undefined) return null;
  const { items, mailOn, mailReady } = kept.data;
  return (
    <section className="card" aria-labelledby="notifications">
      <h2 id="notifications">哪些消息同时发邮件</h2>
      <p className="tell">
        {!mailOn ? "本平台没有配置邮件，消息只在这里显示。" : mailReady ? "改了就生效。" : "您还没有已验证的邮箱，验证后才会发邮件。"}
      </p>
      <ActFault fault={change.error} />
      {items.map((p) => (
        <TickField
          key={p.kind}
          label={p.label ?? p.kind}
          checked={p.mail}
          change={(mail) => { change.mutate(items.map(({ kind, mail: was }) => ({ kind, mail: kind === p.kind ? mail : was }))); }}
        />
      ))}
    </section>
  );
}
