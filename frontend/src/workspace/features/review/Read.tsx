import { Alert, Button } from "antd";
import { useState } from "react";
import { ActFault } from "../../frame/Act";
import { Assignee } from "./Assignee";
import { Changes } from "./Changes";
import { ContentView } from "./ContentView";
import { Decide } from "./Decide";
import { History } from "./History";
import { Cautions } from "./notes";
import { Objections } from "./Objections";
import { ReasonBox } from "./ReasonBox";
import { Reveal } from "./Reveal";
import { secretRef, type Form } from "./form/content";
import type { Detail } from "./submissions";
import { useAct } from "./useAct";

/** What was submitted, to be read; for who may decide, to be judged field by field. */
export function Read({ form, detail: d }: { form: Form; detail: Detail }) {
  const [reasons, setReasons] = useState<Readonly<Record<string, string>>>({});
  const reviewing = d.allowedActions.includes("accept");
  const write = (path: string, reason: string): void => {
    setReasons((old) => Object.fromEntries(Object.entries({ ...old, [path]: reason }).filter(([, r]) => r.trim() !== "")));
  };
  return (
    <div className="submission">
      <div className="submission-main">
        <Standing detail={d} />
        {d.state === "submitted" ? <Cautions cautions={d.cautions} form={form} /> : null}
        {d.changes.length > 0 ? (
          <section className="card" aria-labelledby="changes">
            <h2 id="changes">和已发布的相比，改了 {d.changes.length} 处</h2>
            <Changes changes={d.changes} />
          </section>
        ) : null}
        <Objections detail={d} />
        <ContentView
          form={form}
          detail={d}
          beside={(path, field, value) => (
            <>
              {d.mayReveal && secretRef(value) !== undefined ? <Reveal id={d.id} path={path} label={field.label} /> : null}
              {reviewing ? <ReasonBox path={path} label={field.label} reason={reasons[path] ?? ""} write={write} /> : null}
            </>
          )}
        />
        <History events={d.history} form={form} />
      </div>
      <aside className="submission-aside" aria-label="办理">
        <div className="card">
          <Assignee detail={d} />
          {reviewing ? <Decide detail={d} form={form} reasons={reasons} /> : <OwnSteps detail={d} />}
        </div>
      </aside>
    </div>
  );
}

/** The one thing to know about where it stands. */
function Standing({ detail: d }: { detail: Detail }) {
  const last = d.history.at(-1);
  if (d.state === "rejected" && last !== undefined) {
    return <Alert className="notice" type="error" showIcon title="不予通过" description={last.note} />;
  }
  if (d.state === "accepted") {
    return <Alert className="notice" type="info" showIcon title="已通过，正在公示" description="公示期内任何人可以提出异议；期满没有成立的异议就发布。" />;
  }
  return null;
}

/** What its author may do while it waits: take it back to change it. */
function OwnSteps({ detail: d }: { detail: Detail }) {
  const act = useAct(d.id);
  return (
    <>
      {d.whyNot !== undefined && d.whyNot !== "" && d.state === "submitted" && !d.allowedActions.includes("withdraw") ? (
        <p className="tell">{d.whyNot}</p>
      ) : null}
      <ActFault fault={act.error} />
      <div className="stack-actions">
        {d.allowedActions.includes("withdraw") ? (
          <>
            <p>已提交，等待审核。要改内容可以先撤回，改好再提交；时限重新计算。</p>
            <Button
              loading={act.isPending}
              onClick={() => {
                act.mutate({ action: "withdraw", version: d.version });
              }}
            >
              撤回修改
            </Button>
          </>
        ) : null}
        <Button
          onClick={() => {
            window.print();
          }}
        >
          打印
        </Button>
      </div>
    </>
  );
}
