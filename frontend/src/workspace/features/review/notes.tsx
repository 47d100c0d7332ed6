import { Alert } from "antd";
import { dateTime } from "../../../shared/format/time";
import { pathWords, type Form } from "./form/content";
import type { Detail } from "./submissions";

/** What author and reviewer should know; it stops nothing. */
export function Cautions({ cautions, form }: { cautions: Detail["cautions"]; form: Form }) {
  if (cautions.length === 0) return null;
  return (
    <Alert
      className="notice"
      type="warning"
      showIcon
      title={`${cautions.length} 条提示，不影响提交，审核时会看到`}
      description={
        <ul>
          {cautions.map((c, i) => (
            <li key={i}>
              {c.field === "" ? "" : `${pathWords(form, c.field)}：`}
              {c.message}
              {c.basis === undefined || c.basis === "" ? "" : `（${c.basis}）`}
            </li>
          ))}
        </ul>
      }
    />
  );
}

/** What the reviewer said when sending it back. */
export function Sent({ detail: d }: { detail: Detail }) {
  const last = d.state === "returned" ? d.history.findLast((e) => e.to === "returned") : undefined;
  if (last === undefined) return null;
  const n = last.reasons.length;
  return (
    <Alert
      className="notice"
      type="error"
      showIcon
      title={`${last.by} 于 ${dateTime(last.at)} ${last.actionLabel}${n > 0 ? `，${n} 处要改，已标在各项旁边` : ""}`}
      description={last.note === "" ? undefined : last.note}
    />
  );
}
