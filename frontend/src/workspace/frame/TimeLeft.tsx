import { Tag } from "antd";
import { until as termEnd } from "../../shared/format/time";
import { remaining } from "../../shared/format/remaining";
import { useNow } from "./now";

const tone = { over: "error", soon: "warning", calm: "default" } as const;

/** A term as a person counts it, with the exact time beside it. */
export function TimeLeft({ until, provisional = false }: { until: string; provisional?: boolean | undefined }) {
  const now = useNow();
  const { words, urgency } = remaining(Date.parse(until), now);
  return (
    <span className="time-left">
      <Tag color={tone[urgency]}>{words}</Tag>
      <time dateTime={until}>{termEnd(until)}</time>
      {provisional ? <Tag title="这一年的工作日安排尚未公布，公布后重新计算">暂定</Tag> : null}
    </span>
  );
}
