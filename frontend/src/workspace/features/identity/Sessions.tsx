import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { api, done, read } from "../../../shared/api/client";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { deviceWords } from "./device";

/** Where the account is signed in; any of them can be ended from here. */
export function Sessions() {
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: ["sessions"],
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/me/sessions", { signal }))).items,
  });
  const onSuccess = (): Promise<void> => client.invalidateQueries({ queryKey: ["sessions"] });
  const end = useMutation({ mutationFn: (id: string) => done(api.DELETE("/api/v1/me/sessions/{id}", { params: { path: { id } } })), onSuccess });
  const endOthers = useMutation({ mutationFn: () => done(api.DELETE("/api/v1/me/sessions")), onSuccess });
  const others = sessions.data?.filter((s) => !s.current).length ?? 0;
  return (
    <section className="card" aria-labelledby="sessions">
      <div className="card-head">
        <h2 id="sessions">登录在哪里</h2>
        {others > 0 ? <Button loading={endOthers.isPending} onClick={() => { endOthers.mutate(); }}>退出其他 {others} 处</Button> : null}
      </div>
      <ActFault fault={end.error ?? endOthers.error} />
      {sessions.data === undefined ? (
        sessions.error ? <ReadFault fault={sessions.error} retry={() => void sessions.refetch()} /> : <RowsSkeleton rows={2} />
      ) : (
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">设备</th>
              <th scope="col">地址</th>
              <th scope="col">登录</th>
              <th scope="col">最近活动</th>
              <th scope="col"><span className="visually-hidden">办理</span></th>
            </tr>
          </thead>
          <tbody>
            {sessions.data.map((s) => (
              <tr key={s.id}>
                <th scope="row" title={s.agent}>
                  {deviceWords(s.agent)} {s.current ? <Tag color="success">这里</Tag> : null}
                </th>
                <td data-label="地址">{s.remote}</td>
                <td data-label="登录">{dateTime(s.createdAt)}</td>
                <td data-label="最近活动">{dateTime(s.seenAt)}</td>
                <td>
                  {s.current ? null : (
                    <Button loading={end.isPending && end.variables === s.id} onClick={() => { end.mutate(s.id); }}>
                      退出<span className="visually-hidden">{deviceWords(s.agent)}</span>
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
