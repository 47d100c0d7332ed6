import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Autosave, type Saved, type SaveState } from "./autosave";
import { adopt, fieldsOf, identified, type Content, type Form } from "./content";

interface Draft {
  content: Content;
  change: (next: (old: Content) => Content) => void;
  /** What the last save sent, that its faults speak of. */
  judged: Content;
  state: SaveState;
  /** Saves what is not saved yet; what came of it. */
  flush: () => Promise<SaveState>;
  /** After a conflict: keep what is typed here and go on from this version. */
  keepMine: (version: number) => void;
  unsaved: () => boolean;
  version: () => number;
}

interface Start {
  form: Form;
  version: number;
  content: Content;
  save: (version: number, content: Content) => Promise<Saved>;
}

/** The content being written, saved as it is written. */
export function useDraft({ form, version, content: start, save }: Start): Draft {
  const [content, setContent] = useState(() => identified(fieldsOf(form), start));
  const [judged, setJudged] = useState(content);
  const latest = useRef(content);
  const [state, setState] = useState<SaveState>({ is: "clean" });
  const send = useEffectEvent(save);
  const kept = useEffectEvent((asked: Content, sent: Content, saved: Saved) => {
    setJudged(asked);
    latest.current = adopt(fieldsOf(form), latest.current, sent, saved.content);
    setContent(latest.current);
  });
  const saver = useRef<Autosave>(null);
  useEffect(() => {
    const autosave = new Autosave(version, {
      save: (v, c) => send(v, c),
      now: () => Date.now(),
      later: (run, ms) => window.setTimeout(run, ms),
      cancel: (timer) => {
        window.clearTimeout(timer);
      },
      changed: setState,
      kept: (asked, sent, saved) => {
        kept(asked, sent, saved);
      },
    });
    saver.current = autosave;
    const back = (): void => void autosave.flush();
    const leaving = (event: BeforeUnloadEvent): void => {
      if (autosave.unsaved) event.preventDefault();
    };
    window.addEventListener("online", back);
    window.addEventListener("beforeunload", leaving);
    return () => {
      window.removeEventListener("online", back);
      window.removeEventListener("beforeunload", leaving);
      void autosave.flush().finally(() => {
        autosave.stop();
      });
    };
    // The version it starts from; later ones it learns by saving.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return {
    content,
    change: (next) => {
      latest.current = next(latest.current);
      setContent(latest.current);
      saver.current?.edit(latest.current);
    },
    judged,
    state,
    flush: () => saver.current?.flush() ?? Promise.resolve(state),
    keepMine: (v) => saver.current?.resume(v),
    unsaved: () => saver.current?.unsaved ?? false,
    version: () => saver.current?.at ?? version,
  };
}
