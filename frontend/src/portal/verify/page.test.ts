import { afterEach, describe, expect, it, vi } from "vitest";
import type { Finding } from "./finding";
import { verification } from "./page";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Wrong when the file says so, and tells the key it was given. */
function* fake(file: string, key: string): Generator<Finding> {
  yield { step: "密钥", status: key === "" ? "unchecked" : "ok", text: key };
  yield { step: "内容", status: file === "good" ? "ok" : "wrong", text: file };
}

function open(html: string, answer?: () => Promise<Response>): HTMLElement {
  document.body.innerHTML = html;
  const asked = vi.fn<typeof fetch>(answer ?? (() => Promise.reject(new Error("nothing was to be fetched"))));
  vi.stubGlobal("fetch", asked);
  const main = document.querySelector("main");
  if (!main) throw new Error("no main");
  verification(main, fake);
  return main;
}

const status = (): string => document.querySelector("[role=status]")?.textContent ?? "";
const lines = (): (string | undefined)[] => Array.from(document.querySelectorAll<HTMLElement>(".verify-steps li"), (li) => li.dataset.status);

describe("a verification page", () => {
  it("recomputes the evidence that it names", async () => {
    open(`<main data-evidence="/e" data-log-key="k"><section data-verify-out></section></main>`, () => Promise.resolve(new Response("good")));
    await vi.waitFor(() => {
      expect(status()).toBe("核对相符：2 步");
    });
    expect(lines()).toEqual(["ok", "ok"]);
    expect(document.querySelector("[data-verify-out] li")?.textContent).toContain("✓相符 密钥：k");
  });

  it("says which step is wrong and that another was not checked", async () => {
    open(`<main data-evidence="/e"></main>`, () => Promise.resolve(new Response("<b>bad</b>")));
    await vi.waitFor(() => {
      expect(status()).toBe("核对不符：2 步中有 1 步不符，另有 1 步没有核对");
    });
    expect(lines()).toEqual(["unchecked", "wrong"]);
    expect(document.querySelector("li b")).toBeNull(); // what a file says is text
  });

  it.each([
    ["offline", () => Promise.reject(new TypeError("offline")), "取不到证据文件，请检查网络"],
    ["gone", () => Promise.resolve(new Response("", { status: 404 })), "404"],
  ])("says that it could not check when the file is %s", async (_, answer, says) => {
    open(`<main data-evidence="/e"></main>`, answer);
    await vi.waitFor(() => {
      expect(status()).toContain(says);
    });
    expect(status()).not.toContain("核对相符");
  });

  it("reads a chosen file without sending it anywhere", async () => {
    open("<main></main>");
    const input = document.querySelector<HTMLInputElement>("input[type=file]");
    expect(input?.labels?.[0]?.textContent).toContain("不会上传");
    Object.defineProperty(input, "files", { value: [{ size: 4, text: () => Promise.resolve("good") }] });
    input?.dispatchEvent(new Event("change"));
    await vi.waitFor(() => {
      expect(status()).toBe("核对相符：1 步，另有 1 步没有核对");
    });
    expect(fetch).not.toHaveBeenCalled();
  });
});
