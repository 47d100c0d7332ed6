import { beforeEach, expect, it, vi } from "vitest";
import { Refusal, Unreachable } from "../../../../shared/api/client";
import { Autosave, type Saved, type SaveState } from "./autosave";
import type { Content } from "./content";

let states: SaveState[];
let sent: [number, Content][];
let answers: (() => Promise<Saved>)[];
let kept: [Content, Content, Saved][];
let saver: Autosave;

function saved(version: number): () => Promise<Saved> {
  return () => Promise.resolve({ version, content: {} });
}

function refused(status: number, fields: [string, string][] = []): () => Promise<Saved> {
  return () => Promise.reject(new Refusal(status, "不行", "id", fields.map(([field, message]) => ({ field, message }))));
}

beforeEach(() => {
  vi.useFakeTimers();
  [states, sent, answers, kept] = [[], [], [], []];
  saver = new Autosave(3, {
    save: (version, content) => {
      sent.push([version, content]);
      const answer = answers.shift();
      return answer === undefined ? Promise.reject(new Error("unexpected save")) : answer();
    },
    now: () => 1_000,
    later: (run, ms) => window.setTimeout(run, ms),
    cancel: (timer) => {
      window.clearTimeout(timer);
    },
    changed: (s) => states.push(s),
    kept: (...args) => kept.push(args),
  });
  return () => {
    saver.stop();
    vi.useRealTimers();
  };
});

const last = (): SaveState | undefined => states.at(-1);

it("sends the last of many keys once, after a pause", async () => {
  answers = [saved(4)];
  for (const name of ["甲", "甲乙", "甲乙丙"]) saver.edit({ name });
  await vi.advanceTimersByTimeAsync(1_100);
  expect(sent).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([[3, { name: "甲乙丙" }]]);
  expect(last()).toEqual({ is: "saved", at: 1_000, left: {} });
  expect(saver.unsaved).toBe(false);
});

it("has one request under way, and the next carries the new version and the newest content", async () => {
  let answer: (s: Saved) => void = () => undefined;
  answers = [() => new Promise((resolve) => (answer = resolve)), saved(5)];
  saver.edit({ n: "1" });
  await vi.advanceTimersByTimeAsync(1_300);
  saver.edit({ n: "2" });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sent).toHaveLength(1);
  answer({ version: 4, content: {} });
  await vi.advanceTimersByTimeAsync(1_300);
  expect(sent).toEqual([
    [3, { n: "1" }],
    [4, { n: "2" }],
  ]);
  expect(last()?.is).toBe("saved");
});

it("saves the rest when one field cannot be taken, and names it", async () => {
  answers = [refused(422, [["content.idNumber", "应为 18 位"], ["content.rows[1].date", "应是日期"]]), saved(4)];
  saver.edit({ name: "甲", idNumber: "14", rows: [{ rowId: "a" }, { rowId: "b", date: "x" }] });
  await vi.advanceTimersByTimeAsync(1_300);
  expect(sent[1]).toEqual([3, { name: "甲", rows: [{ rowId: "a" }, { rowId: "b" }] }]);
  expect(last()).toEqual({ is: "saved", at: 1_000, left: { idNumber: "应为 18 位", "rows[1].date": "应是日期" } });
  expect(kept[0]?.slice(0, 2)).toEqual([sent[0]?.[1], sent[1]?.[1]]);
});

it("leaves out several of one list, from its end", async () => {
  answers = [refused(422, [["content.items[0]", "没有"], ["content.items[2]", "没有"]]), saved(4)];
  saver.edit({ items: ["x", "ZJ0001", "y"] });
  await vi.advanceTimersByTimeAsync(1_300);
  expect(sent[1]?.[1]).toEqual({ items: ["ZJ0001"] });
});

it("keeps what was typed when the network is gone, and tries again by itself", async () => {
  answers = [() => Promise.reject(new Unreachable("断了")), saved(4)];
  saver.edit({ name: "甲" });
  await vi.advanceTimersByTimeAsync(1_300);
  expect(last()?.is).toBe("failed");
  expect(saver.unsaved).toBe(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sent[1]).toEqual([3, { name: "甲" }]);
  expect(last()?.is).toBe("saved");
});

it("sends nothing after a conflict until the person chooses, and then what is typed here", async () => {
  answers = [refused(409), saved(9)];
  saver.edit({ name: "甲" });
  await vi.advanceTimersByTimeAsync(1_300);
  expect(last()?.is).toBe("conflict");
  saver.edit({ name: "甲乙" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect((await saver.flush()).is).toBe("conflict");
  expect(sent).toHaveLength(1);
  saver.resume(8);
  await vi.advanceTimersByTimeAsync(10);
  expect(sent[1]).toEqual([8, { name: "甲乙" }]);
  expect(last()?.is).toBe("saved");
});

it("a flush waits for what is under way and then sends what was typed meanwhile", async () => {
  let answer: (s: Saved) => void = () => undefined;
  answers = [() => new Promise((resolve) => (answer = resolve)), saved(5)];
  saver.edit({ n: "1" });
  await vi.advanceTimersByTimeAsync(1_300);
  saver.edit({ n: "2" });
  const flushed = saver.flush();
  answer({ version: 4, content: {} });
  expect((await flushed).is).toBe("saved");
  expect(sent.map(([v]) => v)).toEqual([3, 4]);
});

it("a flush of nothing asks for nothing", async () => {
  expect((await saver.flush()).is).toBe("clean");
  expect(sent).toEqual([]);
});
