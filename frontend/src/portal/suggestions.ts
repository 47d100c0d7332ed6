/** One line offered under the search box, as GET /api/v1/search/suggestions returns it. */
export interface Suggestion {
  title: string;
  kind: string;
  kindLabel: string;
  url: string;
}

/** Long enough that a steady typist asks once a word, not once a key. */
const pause = 160;

let lists = 0;

/**
 * Makes the search box of a form a combobox with a list (WAI-ARIA APG, "editable
 * combobox with list autocomplete"): focus stays in the box, the list is pointed at
 * by aria-activedescendant. Without an answer, offline or from an error, it stays a
 * plain search box and says nothing.
 */
export function suggestions(form: HTMLFormElement): void {
  const address = form.dataset.suggest;
  const input = form.querySelector<HTMLInputElement>("input[name=q]");
  if (!address || !input) return;

  const list = document.createElement("ul");
  list.id = `suggestions-${++lists}`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "搜索建议");
  list.hidden = true;
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  form.append(list, said);

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.autocomplete = "off";

  let offered: Suggestion[] = [];
  let active = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;
  let composing = false;

  const point = (at: number): void => {
    active = at;
    Array.from(list.children).forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === at));
    });
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  };

  const close = (): void => {
    clearTimeout(timer);
    asking?.abort();
    offered = [];
    point(-1);
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    said.textContent = "";
  };

  const show = (items: Suggestion[]): void => {
    if (items.length === 0) {
      close();
      return;
    }
    offered = items;
    list.replaceChildren(...items.map((item, i) => option(item, `${list.id}-${i}`)));
    point(-1);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    said.textContent = `有 ${items.length} 条建议，可用上下键选择`;
  };

  const ask = async (): Promise<void> => {
    asking?.abort();
    const q = input.value.trim();
    if (q === "") {
      close();
      return;
    }
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(q)}`, {
        signal: mine.signal,
        headers: { accept: "application/json" },
      });
      if (!answer.ok) return;
      const items = wellFormed(await answer.json());
      // Only the last question's answer is shown, and only while it is being asked.
      if (!mine.signal.aborted && document.activeElement === input) show(items);
    } catch {
      // Offline, or overtaken by the next key: the box still searches.
    }
  };

  const askSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), pause);
  };

  const open = (at: number): void => {
    const chosen = offered[at];
    if (chosen) window.location.assign(chosen.url);
  };

  // An input method's half-typed pinyin is not a question.
  input.addEventListener("compositionstart", () => (composing = true));
  input.addEventListener("compositionend", () => {
    composing = false;
    askSoon();
  });
  input.addEventListener("input", () => {
    if (!composing) askSoon();
  });

  input.addEventListener("keydown", (event) => {
    if (composing || event.isComposing) return;
    const n = offered.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        if (n === 0) {
          if (event.key === "ArrowDown") askSoon();
          return;
        }
        // One place more than there are lines: the box itself, where nothing is chosen.
        const step = event.key === "ArrowDown" ? 1 : -1;
        point(((active + 1 + step + n + 1) % (n + 1)) - 1);
        event.preventDefault();
        break;
      }
      case "Enter":
        if (active >= 0) {
          event.preventDefault();
          open(active);
        }
        break;
      case "Escape":
        if (n > 0) {
          event.preventDefault();
          close();
        }
        break;
      case "Tab":
        close();
        break;
    }
  });
  input.addEventListener("blur", close);

  // mousedown, since blur closes the list before a click would arrive.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
  });
  list.addEventListener("click", (event) => {
    const line = (event.target as Element).closest("li");
    if (line) open(Array.from(list.children).indexOf(line));
  });
  list.addEventListener("mousemove", (event) => {
    const line = (event.target as Element).closest("li");
    if (line) point(Array.from(list.children).indexOf(line));
  });
}

function option(item: Suggestion, id: string): HTMLLIElement {
  const line = document.createElement("li");
  line.id = id;
  line.setAttribute("role", "option");
  line.setAttribute("aria-selected", "false");
  const kind = document.createElement("small");
  kind.textContent = item.kindLabel;
  line.append(item.title, " ", kind);
  return line;
}

/** Keeps the lines that are as expected and lead to this site. */
function wellFormed(answer: unknown): Suggestion[] {
  const items = (answer as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) return [];
  return items.filter((item: unknown): item is Suggestion => {
    const s = item as Partial<Suggestion> | null;
    return (
      typeof s?.title === "string" &&
      typeof s.kindLabel === "string" &&
      typeof s.url === "string" &&
      s.url.startsWith("/") &&
      !s.url.startsWith("//")
    );
  });
}
