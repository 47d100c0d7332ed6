import { Tag } from "antd";
import type { Item } from "./catalogue";
import { basisWords, payerOf, payerWords, timeLimitWords, unverifiedWords } from "./words";

const tone = { direct: "success", indirect: "warning", none: "error" } as const;

/** The items as a table; on a phone each row is a block with its labels. Rows beyond `rows` only print. */
export function ItemTable({ items, rows }: { items: readonly Item[]; rows: number }) {
  return (
    <table className="items">
      <thead>
        <tr>
          <th scope="col">编码</th>
          <th scope="col">事项</th>
          <th scope="col">行业</th>
          <th scope="col">依据</th>
          <th scope="col">谁委托谁付费</th>
          <th scope="col">时限</th>
          <th scope="col">收费方式</th>
          <th scope="col">待核实</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item, at) => (
          <tr key={item.code} className={at < rows ? undefined : "print-only"}>
            <td className="code">{item.code}</td>
            <th scope="row">
              <a href={`/service-items/${encodeURIComponent(item.code)}`}>{item.name}</a>
            </th>
            <td data-label="行业">{item.sector}</td>
            <td data-label="依据">
              <Tag color={tone[item.basisStrength]}>{basisWords[item.basisStrength]}</Tag>
            </td>
            <td data-label="谁委托谁付费">{payerWords[payerOf(item)]}</td>
            <td data-label="时限">{timeLimitWords(item)}</td>
            <td data-label="收费方式">{item.feeType}</td>
            <td data-label="待核实">
              <Unverified fields={item.unverifiedFields} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Unverified({ fields }: { fields: readonly string[] }) {
  if (fields.length === 0) return <Tag color="success">已核实</Tag>;
  return (
    <span>
      <b>{fields.length} 处</b> <span className="fields">{unverifiedWords(fields)}</span>
    </span>
  );
}
