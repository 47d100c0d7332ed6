import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { dateTime } from "../../../shared/format/time";
import { SelectField, TextField } from "../../frame/fields";
import { may, useMe, type Me } from "../../frame/me";
import { Page } from "../../frame/Page";
import { regionLines, useRegions } from "../../frame/regions";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { AccountDialog } from "./AccountDialog";
import { Erasures } from "./Erasures";
import { NewAccount } from "./NewAccount";
import { roles } from "./roles";

export type Account = components["schemas"]["Account"];

const states: Record<Account["state"], string> = { active: "正常", disabled: "停用", erased: "已删除个人信息" };

/** The accounts within my regions, and what each may do. */
export function Accounts() {
  const { data: me } = useMe();
  return me === undefined ? null : <List me={me} />;
}

function List({ me }: { me: Me }) {
  const [filter, setFilter] = useState({ q: "", region: "", role: "" });
  const [open, setOpen] = useState<Account>();
  const [adding, setAdding] = useState(false);
  const regions = useRegions();
  const list = useInfiniteQuery({
    queryKey: ["accounts", filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) => {
      const { q, region, role } = filter;
      const query = {
        limit: 20,
        ...(q === "" ? {} : { q }),
        ...(region === "" ? {} : { region }),
        ...(role === "" ? {} : { role }),
        ...(pageParam === "" ? {} : { cursor: pageParam }),
      };
      return read(api.GET("/api/v1/accounts", { params: { query }, signal }));
    },
    getNextPageParam: (last) => last.nextCursor,
  });
  const rows = list.data?.pages.flatMap((p) => p.items);
  // What a dialogue did shows in it too.
  const current = open === undefined ? undefined : (rows?.find((a) => a.id === open.id) ?? open);
  const set = (name: keyof typeof filter) => (value: string): void => { setFilter((old) => ({ ...old, [name]: value })); };
  return (
    <Page
      title="账号与授权"
      lede="管辖范围内的账号：谁、能做什么、何时用过。授权和停用从下一次操作起生效。"
      actions={may(me, "account:manage") ? <Button type="primary" onClick={() => { setAdding(true); }}>开通工作人员账号</Button> : undefined}
    >
      {may(me, "personal-data:erase") ? <Erasures /> : null}
      <section className="card list" aria-label="账号">
        <form className="form-grid" role="search" aria-label="筛选账号" onSubmit={(event) => { event.preventDefault(); }}>
          <TextField label="姓名、登录名或邮箱" type="search" maxLength={100} value={filter.q} change={set("q")} />
          <SelectField label="区划（含下级）" none="不限" value={filter.region} change={set("region")} choices={regionLines(regions.data ?? []).map((r) => ({ value: r.code, words: r.words }))} />
          <SelectField label="角色" none="不限" value={filter.role} change={set("role")} choices={roles} />
        </form>
        {rows === undefined ? (
          list.error ? <ReadFault fault={list.error} retry={() => void list.refetch()} /> : <RowsSkeleton rows={6} />
        ) : rows.length === 0 ? (
          <p className="empty">没有符合条件的账号。</p>
        ) : (
          <table className="rows-table">
            <thead>
              <tr>
                <th scope="col">账号</th>
                <th scope="col">角色</th>
                <th scope="col">二次验证</th>
                <th scope="col">最近活动</th>
                <th scope="col"><span className="visually-hidden">办理</span></th>
              </tr>
            </thead>
            <tbody>
              {rows.map((a) => (
                <tr key={a.id}>
                  <th scope="row">
                    <b>{a.name}</b>
                    <small>{[a.login, a.email, a.phone].filter((w) => w !== undefined && w !== "").join(" · ")}</small>
                    {a.state === "active" ? null : <Tag color="error">{states[a.state]}</Tag>}
                    {a.invited ? <Tag color="warning">未设密码</Tag> : null}
                    {a.demo ? <Tag>示例数据</Tag> : null}
                  </th>
                  <td>
                    {a.grants.map((g) => (
                      <div key={g.id}>
                        {g.label} <small>{[g.organisation?.name ?? g.regionName, g.sector].filter((w) => w !== undefined && w !== "").join(" · ")}</small>
                      </div>
                    ))}
                  </td>
                  <td data-label="二次验证">{a.hasSecondFactor ? "已开启" : "未开启"}</td>
                  <td data-label="最近活动">{a.lastSeenAt === undefined ? "没有用过" : dateTime(a.lastSeenAt)}</td>
                  <td>
                    <Button onClick={() => { setOpen(a); }}>
                      管理<span className="visually-hidden">{a.name}</span>
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {list.hasNextPage ? (
          <p className="unfold">
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>再看 20 个</Button>
          </p>
        ) : null}
      </section>
      {current === undefined ? null : <AccountDialog me={me} account={current} close={() => { setOpen(undefined); }} />}
      {adding ? <NewAccount close={() => { setAdding(false); }} /> : null}
    </Page>
  );
}
