import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { Link } from "react-router";
import { Refusal } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { AreaField } from "../../frame/fields";
import { pathWords, type Form } from "./form/content";
import { detailKey, type Detail } from "./submissions";
import { useAct } from "./useAct";

type Verdict = "accept" | "return" | "reject";

const verdicts: Record<Verdict, { words: string; title: string; note: string; help: string }> = {
  accept: { words: "通过", title: "通过这件申请？", note: "意见", help: "可不写。有公示期的进入公示，没有的立即发布。" },
  return: { words: "退回修改", title: "退回修改", note: "总的意见", help: "已有逐项理由的可不写。提交方改好后可以再提交。" },
  reject: { words: "不予通过", title: "不予通过", note: "理由和依据", help: "这件到此办结，提交方只能另提一件。写明依据的规定。" },
};

/** The three decisions. Reasons written beside the fields go with a return or a refusal. */
export function Decide({ detail: d, form, reasons }: { detail: Detail; form: Form; reasons: Readonly<Record<string, string>> }) {
  const [verdict, setVerdict] = useState<Verdict>();
  const written = Object.entries(reasons).map(([field, reason]) => ({ field, reason: reason.trim() }));
  return (
    <>
      <h2>审核</h2>
      {written.length === 0 ? (
        <p className="tell">逐项看下来，有问题的点“提意见”，再退回。</p>
      ) : (
        <p>
          已写 <b>{written.length}</b> 条意见：{written.map((r) => pathWords(form, r.field)).join("、")}
        </p>
      )}
      <div className="stack-actions">
        {(["accept", "return", "reject"] as const)
          .filter((v) => d.allowedActions.includes(v))
          .map((v) => (
            <Button
              key={v}
              size={v === "reject" ? "middle" : "large"}
              type={(v === "accept") === (written.length === 0) && v !== "reject" ? "primary" : "default"}
              danger={v === "reject"}
              disabled={v === "accept" && written.length > 0}
              onClick={() => {
                setVerdict(v);
              }}
            >
              {verdicts[v].words}
              {v === "return" && written.length > 0 ? `（${written.length} 条）` : ""}
            </Button>
          ))}
      </div>
      {written.length > 0 ? <p className="tell">写了意见就不能直接通过；要通过请先去掉意见。</p> : null}
      {verdict === undefined ? null : (
        <DecideDialog
          verdict={verdict}
          detail={d}
          written={written}
          close={() => {
            setVerdict(undefined);
          }}
        />
      )}
    </>
  );
}

interface DecideDialogProps {
  verdict: Verdict;
  detail: Detail;
  written: { field: string; reason: string }[];
  close: () => void;
}

function DecideDialog({ verdict, detail: d, written, close }: DecideDialogProps) {
  const { words, title, note: noteLabel, help } = verdicts[verdict];
  const [note, setNote] = useState("");
  const client = useQueryClient();
  const act = useAct(d.id);
  const first = act.error instanceof Refusal && act.error.status === 409;
  const reasons = verdict === "accept" ? [] : written;
  const empty = verdict !== "accept" && note.trim() === "" && reasons.length === 0;
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act.mutate({
            action: verdict,
            version: d.version,
            ...(note.trim() === "" ? {} : { note: note.trim() }),
            ...(reasons.length > 0 ? { reasons } : {}),
          });
        }}
      >
        <ActFault fault={act.error}>
          {first ? (
            <Button
              onClick={() => {
                close();
                void client.invalidateQueries({ queryKey: detailKey(d.id) });
              }}
            >
              看最新情况
            </Button>
          ) : null}
        </ActFault>
        {reasons.length > 0 ? <p>逐项意见 {reasons.length} 条，一并告知提交方。</p> : null}
        <AreaField
          label={noteLabel}
          help={help}
          optional={verdict !== "reject" && !(verdict === "return" && reasons.length === 0)}
          value={note}
          change={setNote}
          rows={4}
          maxLength={2000}
          fault={faultsOf(act.error).note}
        />
        <div className="form-actions">
          <Button type="primary" danger={verdict === "reject"} htmlType="submit" loading={act.isPending} disabled={empty || first}>
            {words}
          </Button>
          <Button onClick={close}>再看看</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** After a decision: on to the next. */
export function NextInQueue() {
  return (
    <p>
      <Link to="/submissions?view=queue">回到待我审核</Link>
    </p>
  );
}
