import { Button, Tag } from "antd";
import { dateTime } from "../../../shared/format/time";
import { Page } from "../../frame/Page";
import { CardsSkeleton, ReadFault } from "../../frame/states";
import { chineseNotes, methodWords, useFeeStandards, type Standard } from "./feeStandards";
import { Rates } from "./Rates";

const title = "收费标准";

/** Second screen: the fee standards as the tables officials look figures up in. */
export function FeeStandards() {
  const { data, error, refetch } = useFeeStandards();
  if (data === undefined) {
    return (
      <Page title={title} lede={error ? "收费标准没有读到。" : "正在读取收费标准。"}>
        {error ? <ReadFault fault={error} retry={() => void refetch()} /> : <CardsSkeleton count={4} />}
      </Page>
    );
  }
  const advisory = data.filter((s) => s.advisory).length;
  return (
    <Page
      title={title}
      lede={
        data.length === 0
          ? "还没有载入收费标准。"
          : `${data.length} 个标准，其中 ${advisory} 个只作参考：相关服务已放开为市场调节价，不是必须执行的价格（发改价格〔2015〕299号）。`
      }
      actions={
        <Button
          onClick={() => {
            window.print();
          }}
        >
          打印
        </Button>
      }
    >
      <nav className="card index" aria-label="本页的收费标准">
        <ul>
          {data.map((s) => (
            <li key={s.id}>
              <a href={`#${s.id}`}>{s.name}</a>
              <Force standard={s} />
            </li>
          ))}
        </ul>
      </nav>
      {data.map((s) => (
        <StandardCard key={s.id} standard={s} />
      ))}
    </Page>
  );
}

function Force({ standard }: { standard: Standard }) {
  return standard.advisory ? <Tag color="warning">只作参考</Tag> : <Tag color="success">执行中</Tag>;
}

function StandardCard({ standard: s }: { standard: Standard }) {
  const notes = chineseNotes(s.notes);
  const facts: [string, string][] = [
    ["文件", s.document],
    ["计算方法", methodWords[s.method]],
    ["计费基数", s.base],
    ["算法", s.formula],
    ["浮动", s.float],
    ["来源", `${s.source.name}，载入于 ${dateTime(new Date(s.source.loadedAt))}`],
  ];
  return (
    <section className="card standard" aria-labelledby={s.id}>
      <h2 id={s.id} tabIndex={-1}>
        {s.name} <Force standard={s} />
        {s.source.demo ? <Tag>示例数据</Tag> : null}
      </h2>
      <dl className="facts">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div className="tables">
        {s.tables.map((t) => (
          <Rates key={t.caption} table={t} standard={s.name} />
        ))}
      </div>
      {notes.length > 0 ? (
        <ul className="notes">
          {notes.map((n) => (
            <li key={n}>{n}</li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
