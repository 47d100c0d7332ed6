import { Button } from "antd";
import { useState } from "react";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { AreaField } from "../../frame/fields";
import { useFirstFault } from "../../frame/useFirstFault";
import { StarsField } from "./Stars";
import { useStep } from "./contracts";
import { lowBelow, meanOf, missing, type Board, type Opinion } from "./evaluations";

interface OpinionFormProps {
  b: Board;
  act: string;
  send: (o: Opinion) => Promise<Board>;
  close?: () => void;
}

/** The stars of each dimension, a reason for few, and what else there is to say. */
export function OpinionForm({ b, act, send, close }: OpinionFormProps) {
  const [stars, setStars] = useState<Readonly<Record<string, number>>>({});
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({});
  const [comment, setComment] = useState("");
  const [tried, setTried] = useState(false);
  const step = useStep(send, close);
  const faults = faultsOf(step.error);
  const form = useFirstFault(step.error);
  const open = missing(b.dimensions, stars, reasons, b.reasonChars);
  const mean = meanOf(b.dimensions, stars);
  return (
    <form
      ref={form}
      className="act-form"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (open.length > 0) return;
        const said = Object.fromEntries(Object.entries(reasons).filter(([, why]) => why.trim() !== ""));
        step.mutate({ stars: { ...stars }, reasons: said, ...(comment.trim() === "" ? {} : { comment }) });
      }}
    >
      <ActFault fault={step.error} />
      {b.dimensions.map((d) => {
        const low = (stars[d.key] ?? 5) < lowBelow;
        return (
          <div key={d.key} className="opinion-line">
            <StarsField label={`${d.label}（权重 ${d.weight}%）`} help={d.help} value={stars[d.key]} change={(n) => { setStars({ ...stars, [d.key]: n }); }} fault={faults[`stars.${d.key}`] ?? (tried && stars[d.key] === undefined ? "请打分" : undefined)} />
            {stars[d.key] === undefined ? null : (
              <AreaField
                label={low ? `“${d.label}”的理由` : `对“${d.label}”的说明`}
                help={low ? `低于 ${lowBelow} 星的必须写，${b.reasonChars} 个字以上；会公开，不要写电话和证件号码` : "会公开，不要写电话和证件号码"}
                optional={!low}
                rows={2}
                maxLength={500}
                value={reasons[d.key] ?? ""}
                change={(why) => { setReasons({ ...reasons, [d.key]: why }); }}
                fault={faults[`reasons.${d.key}`]}
              />
            )}
          </div>
        );
      })}
      <AreaField label="总的评价" help="会公开" optional maxLength={1000} value={comment} change={setComment} fault={faults.comment} />
      <p role="status" className={tried && open.length > 0 ? "seal-words" : "tell"}>
        {open.length > 0 ? `还要：${open.join("；")}。` : `加权平均 ${mean ?? ""} 星。给出后不能改。`}
      </p>
      <p className="form-actions">
        <Button type="primary" htmlType="submit" loading={step.isPending}>
          {act}
        </Button>
        {close === undefined ? null : <Button onClick={close}>不办了</Button>}
      </p>
    </form>
  );
}
