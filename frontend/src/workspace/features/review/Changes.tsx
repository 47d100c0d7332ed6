import { wordDiff, type Part } from "./wordDiff";
import type { Detail } from "./submissions";

type Change = Detail["changes"][number];

const kinds: Record<Change["kind"], string> = { added: "新增", removed: "删除", changed: "改动" };

/** What differs from what is published, before and after side by side. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <table className="rows-table changes">
      <caption className="visually-hidden">与已发布内容的差异</caption>
      <thead>
        <tr>
          <th scope="col">项目</th>
          <th scope="col">已发布</th>
          <th scope="col">这次提交</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((c, i) => (
          <Row key={`${c.path} ${i}`} change={c} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ change: c }: { change: Change }) {
  const d = wordDiff(c.before, c.after);
  return (
    <tr>
      <th scope="row">
        {c.label} <small>{kinds[c.kind]}</small>
      </th>
      <td data-label="已发布">{d === undefined ? <Whole text={c.before} gone /> : <Marked parts={d.before} gone />}</td>
      <td data-label="这次提交">{d === undefined ? <Whole text={c.after} /> : <Marked parts={d.after} />}</td>
    </tr>
  );
}

function Whole({ text, gone = false }: { text: string; gone?: boolean }) {
  if (text === "") return <span className="none">（无）</span>;
  return gone ? <del>{text}</del> : <ins>{text}</ins>;
}

function Marked({ parts, gone = false }: { parts: readonly Part[]; gone?: boolean }) {
  return (
    <>
      {parts.map((p, i) => {
        if (!p.marked) return <span key={i}>{p.text}</span>;
        return gone ? <del key={i}>{p.text}</del> : <ins key={i}>{p.text}</ins>;
      })}
    </>
  );
}
