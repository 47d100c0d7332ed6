import { Refusal } from "../../../../shared/api/client";
import { without, type Content } from "./content";

export type SaveState =
  | { is: "clean" }
  | { is: "typing" }
  | { is: "saving" }
  /** `left` are the fields the server would not take; the rest is kept. */
  | { is: "saved"; at: number; left: Readonly<Record<string, string>> }
  /** The server could not be asked, or failed; it will be tried again. */
  | { is: "failed"; fault: unknown }
  /** Somebody else saved or decided first. Nothing is sent until the person chooses. */
  | { is: "conflict"; fault: Refusal };

export interface Saved {
  version: number;
  content: Content;
}

interface Means {
  save: (version: number, content: Content) => Promise<Saved>;
  now: () => number;
  later: (run: () => void, ms: number) => number;
  cancel: (timer: number) => void;
  changed: (state: SaveState) => void;
  /** What the server made of what was sent, which may be less than it was asked to keep. */
  kept: (asked: Content, sent: Content, saved: Saved) => void;
}

/** Long enough not to send every key, short enough to lose nothing worth naming. */
const pause = 1_200;
const again = 10_000;

/**
 * Keeps a draft while it is written: one request at a time, the newest content next.
 * A field that cannot be taken yet (half an identity number) holds up nothing else:
 * it is named, and the rest is saved without it.
 */
export class Autosave {
  private state: SaveState = { is: "clean" };
  private pending: Content | undefined;
  private running: Promise<void> | undefined;
  private timer: number | undefined;

  constructor(
    private version: number,
    private readonly means: Means,
  ) {}

  /** Something was typed. */
  edit(content: Content): void {
    this.pending = content;
    if (this.state.is === "conflict") return;
    if (this.running === undefined) this.set({ is: "typing" });
    this.schedule(pause);
  }

  /** Saves what there is to save now; resolves when nothing is under way. */
  async flush(): Promise<SaveState> {
    this.unschedule();
    while (this.running !== undefined) await this.running;
    if (this.pending !== undefined && this.state.is !== "conflict") {
      this.running = this.run().finally(() => {
        this.running = undefined;
      });
      await this.running;
      if (this.state.is === "typing") return this.flush(); // typed on meanwhile
    }
    return this.state;
  }

  /** The person has chosen: go on from this version, with what is typed here. */
  resume(version: number): void {
    this.version = version;
    if (this.state.is !== "conflict") return;
    this.set({ is: "typing" });
    if (this.pending !== undefined) this.schedule(0);
    else this.set({ is: "clean" });
  }

  /** Not everything typed is at the server. */
  get unsaved(): boolean {
    return this.pending !== undefined || this.running !== undefined;
  }

  get at(): number {
    return this.version;
  }

  stop(): void {
    this.unschedule();
  }

  private async run(): Promise<void> {
    const content = this.pending;
    if (content === undefined) return;
    this.pending = undefined;
    this.set({ is: "saving" });
    try {
      const { sent, saved, left } = await this.attempt(content);
      this.version = saved.version;
      this.means.kept(content, sent, saved);
      if (this.hasNewer()) {
        this.set({ is: "typing" });
        this.schedule(pause);
      } else {
        this.set({ is: "saved", at: this.means.now(), left });
      }
    } catch (fault) {
      this.pending ??= content;
      if (fault instanceof Refusal && fault.status === 409) {
        this.unschedule();
        this.set({ is: "conflict", fault });
      } else {
        this.set({ is: "failed", fault });
        this.schedule(again);
      }
    }
  }

  private hasNewer(): boolean {
    return this.pending !== undefined;
  }

  private async attempt(content: Content): Promise<{ sent: Content; saved: Saved; left: Record<string, string> }> {
    try {
      return { sent: content, saved: await this.means.save(this.version, content), left: {} };
    } catch (fault) {
      const left = fieldFaults(fault);
      if (Object.keys(left).length === 0) throw fault;
      const sent = without(content, Object.keys(left).reverse());
      return { sent, saved: await this.means.save(this.version, sent), left };
    }
  }

  private schedule(ms: number): void {
    this.unschedule();
    this.timer = this.means.later(() => {
      this.timer = undefined;
      if (this.running === undefined) void this.flush();
    }, ms);
  }

  private unschedule(): void {
    if (this.timer !== undefined) this.means.cancel(this.timer);
    this.timer = undefined;
  }

  private set(state: SaveState): void {
    this.state = state;
    this.means.changed(state);
  }
}

/** The faults of the content, by path; none when the refusal is of something else. */
export function fieldFaults(fault: unknown): Record<string, string> {
  if (!(fault instanceof Refusal) || fault.status !== 422) return {};
  return Object.fromEntries(
    fault.fields.filter((f) => f.field.startsWith("content.")).map((f) => [f.field.slice("content.".length), f.message]),
  );
}
