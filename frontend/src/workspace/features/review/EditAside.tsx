import type { UseMutationResult } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useState } from "react";
import { clockTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultWords } from "../../frame/faults";
import type { SaveState } from "./form/autosave";
import { pathWords, type Form } from "./form/content";
import type { Detail } from "./submissions";
import type { Step } from "./useAct";

interface AsideProps {
  detail: Detail;
  form: Form;
  state: SaveState;
  act: UseMutationResult<Detail, Error, Step>;
  jump: (path: string) => void;
  submit: () => void;
  discard: () => void;
  keepMine: () => Promise<void>;
  takeTheirs: () => void;
  retry: () => void;
}

/** Beside the form: is it saved, what is missing, and what can be done. */
export function EditAside({ detail: d, form, state, act, jump, submit, discard, keepMine, takeTheirs, retry }: AsideProps) {
  const [discarding, setDiscarding] = useState(false);
  const may = (action: string): boolean => d.allowedActions.includes(action);
  const short = d.missing.length;
  return (
    <aside className="submission-aside" aria-label="保存与提交">
      <p className="save-bar">
        <span>{saveWords(state)}</span>
        <a href="#submit">{short > 0 ? `还差 ${short} 项` : "去提交"}</a>
      </p>
      <div className="card" id="submit">
        <SaveLine state={state} retry={retry} keepMine={keepMine} takeTheirs={takeTheirs} />
        <Gaps detail={d} form={form} left={state.is === "saved" ? state.left : {}} jump={jump} />
        <ActFault fault={act.error} />
        <div className="stack-actions">
          {may("submit") ? (
            <Button type="primary" size="large" loading={act.isPending} onClick={submit}>
              {d.state === "returned" ? "改好了，重新提交" : "提交审核"}
            </Button>
          ) : null}
          {may("discard") ? (
            <Button
              onClick={() => {
                setDiscarding(true);
              }}
            >
              放弃这件申请
            </Button>
          ) : null}
        </div>
        <p className="tell">提交后 2 个工作日内办结。等待期间可以撤回修改。</p>
      </div>
      {discarding ? (
        <Dialog
          title="放弃这件申请？"
          close={() => {
            setDiscarding(false);
          }}
        >
          <p>填写的内容会留在记录里，但不能再修改或提交。要办时须另建一件。</p>
          <ActFault fault={act.error} />
          <div className="form-actions">
            <Button danger type="primary" loading={act.isPending} onClick={discard}>
              放弃
            </Button>
            <Button
              onClick={() => {
                setDiscarding(false);
              }}
            >
              留着
            </Button>
          </div>
        </Dialog>
      ) : null}
    </aside>
  );
}

function SaveLine({ state, retry, keepMine, takeTheirs }: Pick<AsideProps, "state" | "retry" | "keepMine" | "takeTheirs">) {
  if (state.is === "conflict") {
    return (
      <Alert
        role="alert"
        type="error"
        title={state.fault.message}
        description={
          <div className="stack-actions">
            <Button onClick={takeTheirs}>改用最新内容（放弃我这次的改动）</Button>
            <Button onClick={() => void keepMine()}>以我填写的为准保存</Button>
          </div>
        }
      />
    );
  }
  if (state.is === "failed") {
    return (
      <Alert
        role="alert"
        type="warning"
        title="还没有保存"
        description={`${faultWords(state.fault)}填写的内容还在这一页，会自动再试。`}
        action={<Button onClick={retry}>现在重试</Button>}
      />
    );
  }
  return (
    <p role="status" className="save-line">
      {saveWords(state)}
    </p>
  );
}

function saveWords(state: SaveState): string {
  switch (state.is) {
    case "typing":
      return "正在填写，停下来就保存";
    case "saving":
      return "正在保存";
    case "saved": {
      const n = Object.keys(state.left).length;
      return `已保存 ${clockTime(state.at)}${n > 0 ? `，${n} 项填写有误，没有保存` : ""}`;
    }
    case "failed":
      return "还没有保存，会自动再试";
    case "conflict":
      return "内容在别处改过，没有保存";
    default:
      return "边填边存，不用点保存";
  }
}

/** A sentence to agree to is a label as well; its beginning tells which. */
function shortened(words: string): string {
  return words.length > 20 ? `${words.slice(0, 18)}…` : words;
}

interface GapsProps {
  detail: Detail;
  form: Form;
  left: Readonly<Record<string, string>>;
  jump: (path: string) => void;
}

/** What stands between the draft and its submission; each line leads to its field. */
function Gaps({ detail, form, left, jump }: GapsProps) {
  const wrong = Object.entries(left).map(([field, message]) => ({ field, message }));
  const named = new Set(wrong.map((w) => w.field));
  const all = [...wrong, ...detail.missing.filter((m) => !named.has(m.field))];
  if (all.length === 0) return <p className="complete">都填好了，可以提交。</p>;
  return (
    <div className="gaps">
      <h2>还差 {all.length} 项</h2>
      <ul>
        {all.map((g) => (
          <li key={g.field}>
            <button
              type="button"
              onClick={() => {
                jump(g.field);
              }}
            >
              {shortened(pathWords(form, g.field))}
            </button>
            <small>{g.message}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
