import { Link } from "react-router";
import type { Counts } from "../../frame/counts";
import { mayPrepare, type Me } from "../../frame/me";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { SubmissionTable } from "./SubmissionTable";
import { useKinds, useSubmissions, type Summary } from "./submissions";

/** What is mine to mend first, then what I left half written, then what is on its way. */
const order: readonly Summary["state"][] = ["returned", "draft", "submitted", "accepted"];

const shownAtMost = 8;

export function MyPapers({ counts, me }: { counts: Counts; me: Me }) {
  const list = useSubmissions({ view: "mine", kind: "", state: "", q: "" });
  const all = list.data?.pages[0]?.items;
  const open = all
    ?.filter((s) => order.includes(s.state))
    .toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
    .slice(0, shownAtMost);
  return (
    <section className="card" aria-labelledby="mine">
      <div className="card-head">
        <h2 id="mine">我的申请</h2>
        <Link to="/submissions?view=mine">全部</Link>
      </div>
      {open === undefined ? (
        list.error ? (
          <ReadFault fault={list.error} retry={() => void list.refetch()} />
        ) : (
          <RowsSkeleton rows={3} />
        )
      ) : (
        <>
          {counts.returned > 0 ? <p className="tell seal-words">{counts.returned} 件被退回，改好后重新提交。</p> : null}
          {open.length > 0 ? (
            <SubmissionTable rows={open} />
          ) : me.roles.some((r) => r.organisation !== undefined) ? (
            <FirstSteps me={me} never={all?.length === 0} />
          ) : (
            <p className="tell">
              没有在办的申请。{mayPrepare(me) ? <Link to="/new">新建一件</Link> : null}
            </p>
          )}
        </>
      )}
    </section>
  );
}

/** For someone who has nothing under way: what they can begin. */
function FirstSteps({ me, never }: { me: Me; never: boolean }) {
  const kinds = useKinds();
  const mine = kinds.data?.filter((k) => k.mayPrepare) ?? [];
  const registered = me.roles.some((r) => r.organisation?.state === "registered");
  return (
    <>
      <p className="tell">
        {registered && never ? "账号已经开好。下一步：提交申请，审核通过后公布，就能办事了。" : "没有在办的申请。需要时可以从这里开始："}
      </p>
      <ul className="first-steps">
        {mine.slice(0, 5).map((k) => (
          <li key={k.name}>
            <Link to="/new">{k.label}</Link>
            <p className="tell">{k.help}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
