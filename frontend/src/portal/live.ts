/** How often what is left is written anew; the last minute is counted by the second. */
const everyMinute = 30_000;
const everySecond = 1_000;

/** A stretch of time as a person counts it: its two largest units, as the server writes it. */
export function remaining(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} 秒`;
  const minutes = Math.floor(seconds / 60);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return hours > 0 ? `${days} 天 ${hours} 小时` : `${days} 天`;
  return hours > 0 ? `${hours} 小时 ${rest} 分` : `${rest} 分钟`;
}

const timers = new WeakMap<Document, ReturnType<typeof setTimeout>>();

/** Keeps the times that are left true while a page stands open. */
export function counting(root: Document, now: () => number = Date.now): void {
  const tick = (): void => {
    let nearest = Infinity;
    for (const place of root.querySelectorAll<HTMLElement>("[data-until]")) {
      const left = Date.parse(place.dataset.until ?? "") - now();
      if (Number.isNaN(left)) continue;
      const words = left > 0 ? remaining(left) : "时间已到";
      place.textContent = left > 0 && place.textContent.startsWith("还剩") ? `还剩 ${words}` : words;
      if (left > 0) nearest = Math.min(nearest, left);
    }
    if (nearest < Infinity) timers.set(root, setTimeout(tick, nearest < 2 * 60_000 ? everySecond : everyMinute));
  };
  clearTimeout(timers.get(root)); // one clock for a page, however often its places change
  if (root.querySelector("[data-until]") !== null) tick();
}

/**
 * Shows each step of a draw as it happens (server-sent events). What comes is the stage as
 * the server renders it for everyone; without an answer the page stays as it was served.
 */
export function watching(stage: HTMLElement, said: HTMLElement | null, open: (address: string) => EventSource = (a) => new EventSource(a)): void {
  const address = stage.dataset.live;
  if (!address) return;
  let shown = "";
  const source = open(address);
  const say = (words: string): void => {
    if (said !== null && said.textContent !== words) said.textContent = words;
  };
  source.addEventListener("stage", (event: MessageEvent<string>) => {
    const html = JSON.parse(event.data) as string;
    if (html === shown) return;
    const first = shown === "";
    shown = html;
    stage.innerHTML = html;
    counting(stage.ownerDocument);
    say(first ? "正在观看现场，有进展就显示。" : `有新的进展（${new Date().toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai" })}）。`);
  });
  source.addEventListener("over", () => {
    source.close();
    say("抽取已经完成。");
  });
  source.addEventListener("error", () => {
    say("连接断开了，正在重新连接；也可以刷新页面。");
  });
}
