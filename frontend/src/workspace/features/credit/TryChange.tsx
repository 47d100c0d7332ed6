import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { TextField, TickField } from "../../frame/fields";
import { movesWords, pointsWords, rangeWords, type Entry, type WhatIf } from "./credit";

interface Change {
  mild: string;
  harsh: string;
  months: string;
  retired: boolean;
}

/** How many grades would move, before anybody proposes it. */
export function TryChange({ entry }: { entry: Entry }) {
  const [f, setF] = useState<Change>({ mild: (Math.abs(entry.mildTenths) / 10).toString(), harsh: (Math.abs(entry.harshTenths) / 10).toString(), months: entry.validityMonths.toString(), retired: false });
  const [asked, setAsked] = useState<Change>();
  const sign = entry.mildTenths < 0 ? -1 : 1;
  const points = (text: string): number | undefined => (/^\d{1,2}(\.\d)?$/.test(text.trim()) ? sign * Math.round(Number(text) * 10) : undefined);
  const good = points(f.mild) !== undefined && points(f.harsh) !== undefined && /^[1-9]\d{0,2}$/.test(f.months.trim());
  const tried = useQuery({
    queryKey: ["credit", "what-if", entry.id, asked],
    enabled: asked !== undefined,
    staleTime: 30_000,
    retry: false,
    queryFn: ({ signal }) => {
      const c = asked ?? f;
      const query = { validityMonths: Number(c.months), retired: c.retired, ...(c.retired ? {} : { mildTenths: points(c.mild) ?? 0, harshTenths: points(c.harsh) ?? 0 }) };
      return read(api.GET("/api/v1/credit-rubric/{entry}/what-if", { params: { path: { entry: entry.id }, query }, signal }));
    },
  });
  return (
    <form
      className="try-change"
      onSubmit={(event) => {
        event.preventDefault();
        setAsked(f);
      }}
    >
      <p className="tell">现在 {rangeWords(entry)}，计分 {entry.validityMonths} 个月。改成：</p>
      <div className="try-fields">
        <TextField label="最少多少分" value={f.mild} change={(mild) => { setF({ ...f, mild }); }} maxLength={4} />
        <TextField label="最多多少分" value={f.harsh} change={(harsh) => { setF({ ...f, harsh }); }} maxLength={4} />
        <TextField label="计分多少个月" inputMode="numeric" value={f.months} change={(months) => { setF({ ...f, months }); }} maxLength={3} />
      </div>
      <TickField label="停用这个条目" checked={f.retired} change={(retired) => { setF({ ...f, retired }); }} />
      <Button htmlType="submit" disabled={!good} loading={tried.isFetching}>
        推算
      </Button>
      <ActFault fault={tried.error} />
      <div role="status">{tried.data === undefined ? null : <Result w={tried.data} />}</div>
    </form>
  );
}

function Result({ w }: { w: WhatIf }) {
  return (
    <>
      <p>
        <b>{movesWords(w)}</b>
      </p>
      {w.named.length === 0 ? null : (
        <table className="parts">
          <caption>等级会变动的机构{w.moved > w.named.length ? `（变动最大的 ${w.named.length} 家）` : ""}</caption>
          <thead>
            <tr>
              <th scope="col">机构</th>
              <th scope="col">现在</th>
              <th scope="col">推算</th>
              <th scope="col">差</th>
            </tr>
          </thead>
          <tbody>
            {w.named.map((m) => (
              <tr key={m.id}>
                <th scope="row">
                  <a href={`/agencies/${m.id}`}>{m.name}</a>
                </th>
                <td>
                  {(m.beforeTenths / 10).toFixed(1)} {m.from}
                </td>
                <td>
                  {(m.afterTenths / 10).toFixed(1)} {m.to}
                </td>
                <td>{pointsWords(m.afterTenths - m.beforeTenths)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="tell">
        {w.meaning} <Link to="/credit-records?view=all">看记录</Link>
      </p>
    </>
  );
}
