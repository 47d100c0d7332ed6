import { Alert, Button, Skeleton } from "antd";
import { Refusal, Unreachable } from "../../shared/api/client";
import { useOnline } from "./online";

/** Keeps the layout of cards while they are read. */
export function CardsSkeleton({ count }: { count: number }) {
  const online = useOnline();
  return (
    <div className="cards" aria-busy="true">
      <p className="visually-hidden" role="status">
        {online ? "正在读取" : "网络已断开，恢复后自动读取"}
      </p>
      {Array.from({ length: count }, (_, i) => (
        <div className="card" key={i} aria-hidden="true">
          <Skeleton active={online} title={{ width: "40%" }} paragraph={{ rows: 6 }} />
        </div>
      ))}
    </div>
  );
}

/** A screen whose code is still on its way. */
export function PageSkeleton() {
  return (
    <div className="card" role="status" aria-label="正在读取">
      <div aria-hidden="true">
        <Skeleton active title={{ width: "30%" }} paragraph={{ rows: 8 }} />
      </div>
    </div>
  );
}

/** Keeps the layout of a list while it is read. */
export function RowsSkeleton({ rows }: { rows: number }) {
  const online = useOnline();
  return (
    <div className="rows-skeleton" role="status" aria-label={online ? "正在读取" : "网络已断开，恢复后自动读取"}>
      <div aria-hidden="true">
        {Array.from({ length: rows }, (_, i) => (
          <Skeleton key={i} active={online} title={{ width: "55%" }} paragraph={{ rows: 1, width: "80%" }} />
        ))}
      </div>
    </div>
  );
}

/** Why nothing could be read, and a way to try again. */
export function ReadFault({ fault, retry }: { fault: unknown; retry: () => void }) {
  const [what, advice] = explain(fault);
  return (
    <Alert
      role="alert"
      type="error"
      showIcon
      title={what}
      description={advice}
      action={<Button onClick={retry}>重试</Button>}
    />
  );
}

function explain(fault: unknown): [string, string] {
  if (fault instanceof Unreachable) return ["没有读到数据：连接不上服务器", "请检查网络，再点“重试”。"];
  if (fault instanceof Refusal) {
    const id = fault.requestId === undefined ? "" : `报障时请提供请求编号 ${fault.requestId}。`;
    return [`没有读到数据：${fault.message}`, `请稍后再试。${id}`];
  }
  return ["没有读到数据", "请刷新页面再试。"];
}
