import { element } from "./element";
import { curl, send, type Shown } from "./request";

/** The place beneath a form where its answer appears. */
export interface AnswerBox {
  element: HTMLElement;
  ask: (address: string) => Promise<void>;
}

export function answerBox(name: string): AnswerBox {
  const said = element("p", { role: "status", class: "said" });
  const shown = element("div", { class: "answer" });
  let asking: AbortController | undefined;

  const ask = async (address: string): Promise<void> => {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    said.textContent = "正在请求…";
    try {
      const answer = await send(address, mine.signal);
      said.textContent = `${answer.status < 400 ? "成功" : "被拒绝"}：状态 ${answer.status}，用时 ${answer.milliseconds} 毫秒`;
      shown.replaceChildren(...parts(name, address, answer));
    } catch {
      if (mine.signal.aborted) return; // asked again meanwhile; that answer will show
      said.textContent = "没有得到答复：连接不上服务器。请检查网络后再试。";
      shown.replaceChildren();
    }
  };
  return { element: element("div", {}, said, shown), ask };
}

function parts(name: string, address: string, answer: Shown): HTMLElement[] {
  const open = element("a", { href: address }, "在新页打开");
  open.target = "_blank";
  open.rel = "noopener";
  return [
    element("p", { class: "asked" }, element("code", {}, curl(window.location.origin, address)), " ", open),
    element(
      "dl",
      { class: "headers" },
      ...answer.headers.map(([key, value]) => element("div", {}, element("dt", {}, key), element("dd", {}, value))),
    ),
    element("pre", { class: "scroll", tabindex: "0", role: "region", "aria-label": `${name}的答复` }, answer.body),
    ...(answer.cut ? [element("p", { class: "help" }, "答复较长，只显示前一部分。")] : []),
  ];
}
