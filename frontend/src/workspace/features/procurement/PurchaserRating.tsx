import { useQuery } from "@tanstack/react-query";
import { Tag } from "antd";
import { api, read } from "../../../shared/api/client";
import { yuanOf } from "../../../shared/format/amount";
import { date } from "../../../shared/format/time";
import { ReadFault, RowsSkeleton } from "../../frame/states";

/** What agencies know of a purchaser before they bid: how it pays, gives its papers, and treats them. */
export function PurchaserRating({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["procurements", "rating", id], queryFn: ({ signal }) => read(api.GET("/api/v1/procurements/{id}/purchaser-rating", { params: { path: { id } }, signal })) });
  const r = asked.data;
  return (
    <section className="card" aria-labelledby="purchaser-rating">
      <h2 id="purchaser-rating">这家项目业主付款及时吗？</h2>
      {asked.error ? (
        <ReadFault fault={asked.error} retry={() => void asked.refetch()} />
      ) : r === undefined ? (
        <RowsSkeleton rows={2} />
      ) : (
        <>
          <p>
            <b className="figure">{r.score.text} 分</b>（满分 100）{r.score.new ? <Tag>评价不足 3 次，仅供参考</Tag> : null} 依据 24 个月内 {r.contracts} 份合同、{r.score.n} 次机构评价
          </p>
          <ul className="plain">
            {r.score.parts.map((p) => (
              <li key={p.name}>
                {p.label} {p.tenths > 0 && p.name !== "base" ? "+" : ""}
                {p.text}：{p.why}
              </li>
            ))}
          </ul>
          <p className="procurement-facts">
            付款最长逾期 {r.lateDays} 天，现在到期未付 {yuanOf(r.overdueFen)} 元；因资料迟交停计 {r.stoppedDays} 个工作日。
          </p>
          {r.score.n === 0 ? null : (
            <p className="procurement-facts">
              机构打的星（{r.score.n} 次平均）：{r.stars.map((s) => `${s.label} ${s.mean}`).join("，")}
            </p>
          )}
          {r.said.length === 0 ? null : (
            <details>
              <summary>机构怎么说（{r.said.length}）</summary>
              <ul className="procurements">
                {r.said.map((s) => (
                  <li key={s.publishedAt}>
                    <p>
                      {s.mean} 星 <small>{date(s.publishedAt)}</small> {s.comment ?? ""}
                    </p>
                    {s.stars.map((x) => (x.reason === undefined || x.reason === "" ? null : <p key={x.key}>{x.label}：{x.reason}</p>))}
                    {s.reply === undefined || s.reply === "" ? null : <p className="procurement-facts">项目业主回复：{s.reply}</p>}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </section>
  );
}
