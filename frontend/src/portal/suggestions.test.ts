import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { suggestions } from "./suggestions";

const answer = {
  items: [
    { title: "环境影响报告书编制", kind: "service-item", kindLabel: "服务事项", url: "/service-items/ZJ0049" },
    { title: "<b>示例</b>环评公司", kind: "agency", kindLabel: "中介机构", url: "/agencies/1" },
  ],
};

let input: HTMLInputElement;
let asked: ReturnType<typeof vi.fn<typeof fetch>>;
let opened: ReturnType<typeof vi.fn>;

function list(): HTMLUListElement {
  const found = document.querySelector("ul");
  if (!found) throw new Error("no list");
  return found;
}

async function type(text: string): Promise<void> {
  input.focus();
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await vi.advanceTimersByTimeAsync(500);
}

function press(key: string): boolean {
  return input.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true }));
}

beforeEach(() => {
  vi.useFakeTimers();
  asked = vi.fn<typeof fetch>(() => Promise.resolve(new Response(JSON.stringify(answer))));
  opened = vi.fn();
  vi.stubGlobal("fetch", asked);
  vi.stubGlobal("location", { assign: opened });
  document.body.innerHTML = `<form data-suggest="/api/v1/search/suggestions"><input name="q"><button>搜索</button></form>`;
  const form = document.querySelector("form");
  const box = document.querySelector("input");
  if (!form || !box) throw new Error("no form");
  input = box;
  suggestions(form);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("search suggestions", () => {
  it("asks once after a pause and shows what came, as text", async () => {
    input.focus();
    for (const text of ["环", "环境", "环境影响"]) {
      input.value = text;
      input.dispatchEvent(new Event("input"));
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(asked.mock.calls[0]?.[0]).toBe("/api/v1/search/suggestions?q=%E7%8E%AF%E5%A2%83%E5%BD%B1%E5%93%8D");
    expect(list().hidden).toBe(false);
    expect(list().children).toHaveLength(2);
    expect(list().querySelector("b")).toBeNull();
    expect(input.getAttribute("aria-expanded")).toBe("true");
    expect(document.querySelector("[role=status]")?.textContent).toContain("2 条建议");
  });

  it("moves with the arrows through the lines and the box itself", async () => {
    await type("环评");
    const pointed = (): string | null => input.getAttribute("aria-activedescendant");
    press("ArrowDown");
    expect(pointed()).toBe(list().children[0]?.id);
    press("ArrowDown");
    expect(pointed()).toBe(list().children[1]?.id);
    press("ArrowDown");
    expect(pointed()).toBeNull();
    press("ArrowUp");
    expect(pointed()).toBe(list().children[1]?.id);
    expect(list().querySelectorAll("[aria-selected=true]")).toHaveLength(1);
  });

  it("opens the chosen line on Enter, and leaves Enter to the form when none is chosen", async () => {
    await type("环评");
    expect(press("Enter")).toBe(true);
    press("ArrowDown");
    expect(press("Enter")).toBe(false);
    expect(opened).toHaveBeenCalledWith("/service-items/ZJ0049");
  });

  it("opens the line clicked on", async () => {
    await type("环评");
    list().children[1]?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    expect(opened).toHaveBeenCalledWith("/agencies/1");
  });

  it("closes on Escape and when the box is left", async () => {
    await type("环评");
    press("Escape");
    expect(list().hidden).toBe(true);
    await type("环评");
    expect(list().hidden).toBe(false);
    input.dispatchEvent(new Event("blur"));
    expect(list().hidden).toBe(true);
    expect(input.getAttribute("aria-expanded")).toBe("false");
  });

  it("does not ask while an input method is composing", async () => {
    input.focus();
    input.dispatchEvent(new Event("compositionstart"));
    await type("huanp");
    expect(asked).not.toHaveBeenCalled();
    input.value = "环评";
    input.dispatchEvent(new Event("compositionend"));
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("shows only the last question's answer", async () => {
    let late: (r: Response) => void = () => undefined;
    asked.mockImplementationOnce(() => new Promise((resolve) => (late = resolve)));
    await type("环");
    const first = asked.mock.calls[0]?.[1]?.signal;
    await type("环评");
    expect(first?.aborted).toBe(true);
    late(new Response(JSON.stringify({ items: [answer.items[1]] })));
    await vi.advanceTimersByTimeAsync(10);
    expect(list().children).toHaveLength(2);
  });

  it.each([
    ["offline", () => Promise.reject(new TypeError("offline"))],
    ["refused", () => Promise.resolve(new Response("no", { status: 503 }))],
    ["not JSON", () => Promise.resolve(new Response("<html>"))],
    ["leads elsewhere", () => Promise.resolve(new Response(JSON.stringify({ items: [{ ...answer.items[0], url: "//evil.example" }] })))],
  ])("stays a plain search box when the answer is %s", async (_, fake) => {
    asked.mockImplementation(fake);
    await type("环评");
    expect(list().hidden).toBe(true);
    expect(press("Enter")).toBe(true);
  });
});
