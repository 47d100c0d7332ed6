import { Tag } from "antd";
import { Link } from "react-router";
import { dateTime } from "../../../shared/format/time";
import { TimeLeft } from "../../frame/TimeLeft";
import { stateTone, type Summary } from "./submissions";

interface TableProps {
  rows: readonly Summary[];
  /** Where rows can be chosen for one decision on several. */
  chosen?: ReadonlySet<string>;
  choose?: (next: ReadonlySet<string>) => void;
}

/** One row per submission; on a phone each row is a block. */
export function SubmissionTable({ rows, chosen, choose }: TableProps) {
  const toggle = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    choose?.(next);
  };
  return (
    <table className="rows-table">
      <thead>
        <tr>
          {choose === undefined ? null : (
            <th scope="col">
              <span className="visually-hidden">选择</span>
            </th>
          )}
          <th scope="col">申请</th>
          <th scope="col">区划</th>
          <th scope="col">状态</th>
          <th scope="col">时限</th>
          <th scope="col">承办人</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((s) => (
          <tr key={s.id}>
            {choose === undefined ? null : (
              <td className="choose">
                <label className="option">
                  <input
                    type="checkbox"
                    checked={chosen?.has(s.id) ?? false}
                    onChange={() => {
                      toggle(s.id);
                    }}
                  />
                  <span className="visually-hidden">选择 {s.title}</span>
                </label>
              </td>
            )}
            <th scope="row">
              <Link to={`/submissions/${s.id}`}>{s.title}</Link>
              <small>
                {s.kindLabel}
                {s.organisation === undefined || s.organisation === s.title ? "" : ` · ${s.organisation}`} · {s.number}
              </small>
              {s.demo ? <Tag>示例数据</Tag> : null}
            </th>
            <td data-label="区划">{s.regionName}</td>
            <td>
              <Tag color={stateTone[s.state]}>{s.stateLabel}</Tag>
            </td>
            <td>
              <Term of={s} />
            </td>
            <td data-label="承办人">{s.state === "submitted" ? (s.assignee ?? "待分派") : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What time means for it: a term while it waits, else when it last moved. */
export function Term({ of: s }: { of: Summary }) {
  if (s.state === "submitted" && s.dueAt !== undefined) return <TimeLeft until={s.dueAt} provisional={s.dueProvisional} />;
  if (s.state === "accepted" && s.publicityUntil !== undefined) {
    return (
      <span className="time-left">
        公示至 <time dateTime={s.publicityUntil}>{dateTime(s.publicityUntil)}</time>
      </span>
    );
  }
  return (
    <span className="time-left">
      <time dateTime={s.updatedAt}>{dateTime(s.updatedAt)}</time>
    </span>
  );
}
