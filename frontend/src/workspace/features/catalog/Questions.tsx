import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Item } from "./catalogue";
import { share, type Figures } from "./figures";
import { openTimeLimit, writeFilter, type Filter } from "./filter";
import { basisWords, fieldWord, timeLimitWords } from "./words";

const basisTone = { none: "seal", indirect: "warn", direct: "brand" } as const;

/** One card per question; every figure leads to its items in the list below. */
export function Questions({ figures }: { figures: Figures }) {
  return (
    <div className="cards">
      <Question ask="哪些字段还没核实？" tell={`${figures.items} 项中，各字段待核实的事项数`}>
        <Bars
          head={["字段", "待核实的比例", "事项"]}
          whole={figures.items}
          rows={figures.fields.map(({ field, items }) => ({
            words: fieldWord(field),
            items,
            tone: "brand",
            to: { unverified: field },
          }))}
        />
      </Question>
      <Question
        ask="哪些事项没有直接依据？"
        tell="依据为“无”的，不得作为审批条件（《优化营商环境条例》第四十三条）"
      >
        <Bars
          head={["依据强度", "占全部事项", "事项"]}
          whole={figures.items}
          rows={(["none", "indirect", "direct"] as const).map((basis) => ({
            words: `依据：${basisWords[basis]}`,
            items: figures.basis[basis],
            tone: basisTone[basis],
            to: { basis },
          }))}
        />
        <Named title="依据为“无”的事项" items={figures.withoutBasis} note={(i) => i.sector} />
      </Question>
      <Question
        ask="哪些该由审批部门付费？"
        tell={
          <>
            <Figure items={figures.payer.approver} of="由审批部门委托并付费" to={{ payer: "approver" }} />
            由审批部门委托并付费，不得转嫁给申请人；
            <Figure items={figures.payer.either} of="申请人和审批部门都可能委托" to={{ payer: "either" }} />
            两方都可能委托，要写明各在什么情况下付费
          </>
        }
      >
        <Named title="由审批部门付费的事项" items={figures.byApprover} note={(i) => i.feeType} />
      </Question>
      <Question
        ask="哪些时限没有写成天数？"
        tell={
          <>
            <Figure items={figures.openTimeLimit.length} of="没有写成天数" to={{ timeLimit: openTimeLimit }} />
            的时限不是工作日数，是否超时无从判断
          </>
        }
      >
        <Named title="时限没有写成天数的事项" items={figures.openTimeLimit} note={timeLimitWords} />
      </Question>
    </div>
  );
}

function Question({ ask, tell, children }: { ask: string; tell: ReactNode; children: ReactNode }) {
  return (
    <section className="card">
      <h2>{ask}</h2>
      <p className="tell">{tell}</p>
      {children}
    </section>
  );
}

/** A count of items and the way to them. The words after it are read out, not shown. */
function Figure({ items, of, to }: { items: number; of: string; to: Partial<Filter> }) {
  return (
    <Link className="figure" to={`${writeFilter(to)}#items`}>
      {items} 项<span className="visually-hidden">{of}的事项，看清单</span>
    </Link>
  );
}

interface BarRow {
  words: string;
  items: number;
  tone: "brand" | "warn" | "seal";
  to: Partial<Filter>;
}

/** A bar chart that is its own table: the bars are drawn in its middle column. */
function Bars({ head, whole, rows }: { head: [string, string, string]; whole: number; rows: BarRow[] }) {
  return (
    <table className="bars">
      <thead>
        <tr>
          {head.map((h) => (
            <th scope="col" key={h}>
              {h}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.words}>
            <th scope="row">{row.words}</th>
            <td>
              <span className="bar">
                <span className={row.tone} style={{ width: share(row.items, whole) }} />
              </span>
              <span className="visually-hidden">{share(row.items, whole)}</span>
            </td>
            <td>{row.items === 0 ? "0 项" : <Figure items={row.items} of={row.words} to={row.to} />}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The items themselves where they are few enough to be named. */
function Named({ title, items, note }: { title: string; items: Item[]; note: (item: Item) => string }) {
  if (items.length === 0) return <p className="tell">没有这样的事项。</p>;
  return (
    <ul className="named" aria-label={title}>
      {items.map((i) => (
        <li key={i.code}>
          <a href={`/service-items/${encodeURIComponent(i.code)}`}>{i.name}</a>
          <span>{note(i)}</span>
        </li>
      ))}
    </ul>
  );
}
