import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useBlocker } from "react-router";
import { api, read } from "../../../shared/api/client";
import { Dialog } from "../../frame/Dialog";
import { Button } from "antd";
import { EditAside } from "./EditAside";
import { History } from "./History";
import { Cautions, Sent } from "./notes";
import { fieldFaults } from "./form/autosave";
import { findControl, standing, type Form } from "./form/content";
import { FormContext, type FileRef } from "./form/formContext";
import { FormRenderer } from "./form/FormRenderer";
import { useDraft } from "./form/useDraft";
import { detailKey, getDetail, type Detail } from "./submissions";
import { useAct } from "./useAct";

/** The author's side: a form that saves itself, what is missing, and the button to submit. */
export function Edit({ form, detail: d }: { form: Form; detail: Detail }) {
  const client = useQueryClient();
  const act = useAct(d.id);
  const [typing, setTyping] = useState<ReadonlySet<string>>(new Set());
  const [files, setFiles] = useState<ReadonlyMap<string, FileRef>>(() => new Map(d.files.map((f) => [f.id, f])));
  /** Asked to submit once, everything missing is said beside its field. */
  const [asked, setAsked] = useState(false);
  const draft = useDraft({
    form,
    version: d.version,
    content: d.content,
    save: async (version, content) => {
      const saved = await read(
        api.PUT("/api/v1/submissions/{id}/content", { params: { path: { id: d.id } }, body: { version, content: { ...content } } }),
      );
      client.setQueryData(detailKey(d.id), saved);
      return saved;
    },
  });
  const blocker = useBlocker(({ currentLocation, nextLocation }) => draft.unsaved() && currentLocation.pathname !== nextLocation.pathname);

  const left = draft.state.is === "saved" ? draft.state.left : {};
  const refused = act.error === null ? {} : fieldFaults(act.error);
  const missing = asked ? Object.fromEntries(d.missing.map((m) => [m.field, m.message])) : {};
  const wrong = standing({ ...missing, ...refused, ...left }, draft.judged, draft.content);
  const faults = Object.fromEntries(Object.entries(wrong).filter(([path]) => !typing.has(path)));

  const jump = (path: string): void => {
    const control = findControl(path);
    const group = control?.closest("details");
    if (group) group.open = true;
    control?.scrollIntoView({ block: "center" });
    control?.focus({ preventScroll: true });
  };
  const submit = async (): Promise<void> => {
    setAsked(true);
    act.reset();
    const state = await draft.flush();
    if (state.is === "conflict" || state.is === "failed") return;
    const now = client.getQueryData<Detail>(detailKey(d.id)) ?? d;
    const first = Object.keys(state.is === "saved" ? state.left : {})[0] ?? now.missing[0]?.field;
    if (first !== undefined) {
      // Rendered first: the fault stands beside the field one is led to.
      requestAnimationFrame(() => {
        jump(first);
      });
      return;
    }
    act.mutate({ action: "submit", version: draft.version() });
  };

  return (
    <div className="submission">
      <div className="submission-main">
        <Sent detail={d} />
        <Cautions cautions={d.cautions} form={form} />
        <FormContext
          value={{
            faults,
            reasons: reasonsOf(d),
            files,
            uploaded: (file) => {
              setFiles((old) => new Map(old).set(file.id, file));
            },
            typing: (path, on) => {
              if (on) setTyping((old) => new Set(old).add(path));
              // A moment later: what appears must not move the button being pressed.
              else window.setTimeout(() => { setTyping((old) => new Set([...old].filter((p) => p !== path))); }, 400);
            },
          }}
        >
          <FormRenderer form={form} content={draft.content} change={draft.change} />
        </FormContext>
        <History events={d.history} form={form} />
      </div>
      <EditAside
        detail={d}
        form={form}
        state={draft.state}
        jump={jump}
        act={act}
        submit={() => void submit()}
        discard={() => {
          act.mutate({ action: "discard", version: draft.version() });
        }}
        keepMine={async () => {
          const latest = await getDetail(d.id);
          draft.keepMine(latest.version);
        }}
        takeTheirs={() => {
          window.location.reload();
        }}
        retry={() => void draft.flush()}
      />
      {blocker.state === "blocked" ? (
        <Dialog
          title="还有内容没有保存"
          close={() => {
            blocker.reset();
          }}
        >
          <p>最近填写的内容还没有保存到服务器。</p>
          <div className="form-actions">
            <Button
              type="primary"
              onClick={() => {
                const go = blocker.proceed;
                void draft.flush().then((s) => {
                  if (s.is === "saved") go();
                  else blocker.reset();
                });
              }}
            >
              保存后离开
            </Button>
            <Button
              onClick={() => {
                blocker.reset();
              }}
            >
              留在这一页
            </Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}

/** Why the reviewer sent it back, by field; of the last time alone. */
function reasonsOf(d: Detail): Record<string, string> {
  if (d.state !== "returned") return {};
  const last = d.history.findLast((e) => e.to === "returned");
  return Object.fromEntries((last?.reasons ?? []).map((r) => [r.field, r.reason]));
}
