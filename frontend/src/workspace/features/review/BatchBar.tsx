import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import type { components } from "../../../shared/api/schema";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { AreaField } from "../../frame/fields";
import { detailKey, getDetail, type Detail, type Summary } from "./submissions";

type Outcome = components["schemas"]["ReviewOutcome"];
type Verdict = "accept" | "return";

/** The server takes so many at once. */
const most = 50;

/** Decides several at once; each is read first, and shows what should make one look closer. */
export function BatchBar({ chosen, clear }: { chosen: readonly Summary[]; clear: () => void }) {
  const [verdict, setVerdict] = useState<Verdict>();
  return (
    <div className="decision-bar" role="region" aria-label="批量办理">
      <p role="status">
        已选 {chosen.length} 件{chosen.length > most ? `，一次最多 ${most} 件` : ""}
      </p>
      <Button type="primary" disabled={chosen.length > most} onClick={() => { setVerdict("accept"); }}>
        批量通过
      </Button>
      <Button disabled={chosen.length > most} onClick={() => { setVerdict("return"); }}>
        批量退回
      </Button>
      <Button type="link" onClick={clear}>
        取消选择
      </Button>
      {verdict === undefined ? null : (
        <BatchDialog
          verdict={verdict}
          chosen={chosen}
          close={(done) => {
            setVerdict(undefined);
            if (done) clear();
          }}
        />
      )}
    </div>
  );
}

interface BatchDialogProps {
  verdict: Verdict;
  chosen: readonly Summary[];
  close: (done: boolean) => void;
}

function BatchDialog({ verdict, chosen, close }: BatchDialogProps) {
  const client = useQueryClient();
  const [note, setNote] = useState("");
  const details = useQueries({
    queries: chosen.map((s) => ({ queryKey: detailKey(s.id), staleTime: 15_000, queryFn: () => getDetail(s.id) })),
  });
  const ready = details.map((d) => d.data).filter((d) => d !== undefined);
  const act = useMutation({
    mutationFn: async () =>
      (
        await read(
          api.POST("/api/v1/submission-actions", {
            body: { items: ready.map((d) => ({ id: d.id, version: d.version, action: verdict, ...(note.trim() === "" ? {} : { note: note.trim() }) })) },
          }),
        )
      ).items,
    onSuccess: () => client.invalidateQueries({ queryKey: ["submissions"] }),
  });
  const words = verdict === "accept" ? "通过" : "退回";
  if (act.data !== undefined) {
    return (
      <Dialog title={`${act.data.filter((o) => o.done).length} 件已${words}`} close={() => { close(true); }}>
        <Outcomes outcomes={act.data} chosen={chosen} />
        <Button type="primary" onClick={() => { close(true); }}>
          知道了
        </Button>
      </Dialog>
    );
  }
  return (
    <Dialog title={`${words} ${chosen.length} 件`} close={() => { close(false); }}>
      <ul className="plain batch" aria-label="将办理的申请">
        {chosen.map((s) => (
          <Line key={s.id} summary={s} detail={ready.find((d) => d.id === s.id)} />
        ))}
      </ul>
      <AreaField
        label={verdict === "accept" ? "意见" : "退回理由"}
        help={verdict === "accept" ? "每件都写入这条意见" : "每件都写入这条理由：错在哪里，怎样才对"}
        optional={verdict === "accept"}
        value={note}
        change={setNote}
        maxLength={2000}
      />
      <ActFault fault={act.error ?? details.find((d) => d.error !== null)?.error} />
      <div className="form-actions">
        <Button
          type="primary"
          danger={verdict === "return"}
          loading={act.isPending}
          disabled={ready.length < chosen.length || (verdict === "return" && note.trim() === "")}
          onClick={() => { act.mutate(); }}
        >
          {words} {chosen.length} 件
        </Button>
        <Button onClick={() => { close(false); }}>不办了</Button>
      </div>
    </Dialog>
  );
}

function Line({ summary, detail }: { summary: Summary; detail: Detail | undefined }) {
  const n = detail?.cautions.length ?? 0;
  return (
    <li>
      {summary.title}
      <small>
        {detail === undefined ? "正在读取" : `${summary.kindLabel}，改动 ${detail.changes.length} 处`}
        {n > 0 ? <b>，有 {n} 条提示，建议单独看</b> : null}
      </small>
    </li>
  );
}

function Outcomes({ outcomes, chosen }: { outcomes: readonly Outcome[]; chosen: readonly Summary[] }) {
  const not = outcomes.filter((o) => !o.done);
  return not.length === 0 ? (
    <p>全部办完。</p>
  ) : (
    <>
      <p>{not.length} 件没有办成：</p>
      <ul className="plain batch">
        {not.map((o) => (
          <li key={o.id}>
            {chosen.find((s) => s.id === o.id)?.title}
            <small>{o.message}</small>
          </li>
        ))}
      </ul>
    </>
  );
}
