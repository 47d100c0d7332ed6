import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import { quoteWords } from "./procurements";

/** Where one's own bid stands once there is a result, and why. */
export function Standing({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["procurements", "standing", id], retry: false, queryFn: ({ signal }) => read(api.GET("/api/v1/procurements/{id}/my-standing", { params: { path: { id } }, signal })) });
  const s = asked.data;
  if (s === undefined) return null;
  return (
    <section className="card" aria-labelledby="standing">
      <h2 id="standing">本机构的结果</h2>
      <p>
        {s.own.number === undefined ? "没有编号，不参加选取" : `${s.own.number} 号`}，共 {s.bidders} 家，{quoteWords(s.own)}
        {s.rank === undefined ? "" : `，报价由低到高第 ${s.rank} 位`}。
      </p>
      {s.own.reason === undefined || s.own.reason === "" ? null : <p>原因：{s.own.reason}</p>}
      {s.winner === undefined ? null : (
        <p>
          中选：{s.winner.agency}（{quoteWords(s.winner)}）
        </p>
      )}
    </section>
  );
}
