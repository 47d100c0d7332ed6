import type { Finding, Status } from "./finding";

export type Verifier = (file: string, logKey: string) => Iterable<Finding>;

const marks: Record<Status, string> = { ok: "✓", wrong: "✗", unchecked: "－" };
const words: Record<Status, string> = { ok: "相符", wrong: "不符", unchecked: "未核对" };

/** More than any evidence file; a larger one is a mistake. */
const maxFile = 64 << 20;

/**
 * Makes a page recompute the evidence it names, and any file the reader chooses, which
 * never leaves the browser. Steps appear as they are done; a status tells the end to
 * those who listen.
 */
export function verification(main: HTMLElement, verify: Verifier): void {
  const out = main.querySelector<HTMLElement>("[data-verify-out]") ?? main.appendChild(document.createElement("section"));
  const status = document.createElement("p");
  status.className = "verify-summary";
  status.setAttribute("role", "status");
  const steps = document.createElement("ol");
  steps.className = "verify-steps";
  out.append(status, steps);

  let run = 0;
  const show = async (load: () => Promise<string>): Promise<void> => {
    const mine = ++run;
    steps.replaceChildren();
    status.textContent = "正在核对……";
    const done: Finding[] = [];
    try {
      const file = await load();
      for (const finding of verify(file, main.dataset.logKey ?? "")) {
        if (mine !== run) return; // another file was chosen meanwhile
        done.push(finding);
        steps.append(line(finding));
        await new Promise((next) => setTimeout(next)); // let the step be seen
      }
    } catch (e) {
      if (mine === run) status.textContent = `没有核对：${e instanceof Error ? e.message : String(e)}`;
      return;
    }
    if (mine === run) status.textContent = summary(done);
  };

  const address = main.dataset.evidence;
  const input = main.querySelector<HTMLInputElement>("input[data-verify-file]") ?? (address === undefined ? out.insertBefore(chooser(), status) : null)?.querySelector("input");
  input?.addEventListener("change", () => {
    const file = input.files?.[0];
    if (!file) return;
    void show(() => (file.size > maxFile ? Promise.reject(new Error("文件太大，不是证据文件")) : file.text()));
  });
  if (address !== undefined) void show(() => load(address));
}

async function load(address: string): Promise<string> {
  let answer: Response;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" } });
  } catch {
    throw new Error("取不到证据文件，请检查网络后刷新页面");
  }
  if (!answer.ok) throw new Error(`取不到证据文件（${answer.status}）`);
  return answer.text();
}

function line({ step, status, text }: Finding): HTMLLIElement {
  const li = document.createElement("li");
  li.dataset.status = status;
  const mark = document.createElement("span");
  mark.setAttribute("aria-hidden", "true");
  mark.textContent = marks[status];
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.textContent = words[status];
  const name = document.createElement("strong");
  name.textContent = step;
  li.append(mark, said, " ", name, `：${text}`);
  return li;
}

function summary(done: Finding[]): string {
  const count = (s: Status): number => done.filter((f) => f.status === s).length;
  const unchecked = count("unchecked") > 0 ? `，另有 ${count("unchecked")} 步没有核对` : "";
  if (count("wrong") > 0) return `核对不符：${done.length} 步中有 ${count("wrong")} 步不符${unchecked}`;
  return `核对相符：${count("ok")} 步${unchecked}`;
}

function chooser(): HTMLLabelElement {
  const label = document.createElement("label");
  label.textContent = "选择证据文件（JSON），只在本机核对，不会上传 ";
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "application/json,.json";
  label.append(input);
  return label;
}
