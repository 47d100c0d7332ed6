import "../shared/tokens.css";
import "./apidocs.css";
import { element } from "./element";
import { endpointSection } from "./endpointSection";
import { byTag, type OpenAPI } from "./openapi";

const source = "/api/v1/openapi.json";

async function show(place: HTMLElement): Promise<void> {
  try {
    const answer = await fetch(source, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    place.replaceChildren(...documentOf((await answer.json()) as OpenAPI));
  } catch {
    const again = element("button", { type: "button" }, "重试");
    again.addEventListener("click", () => void show(place));
    place.replaceChildren(element("p", { role: "alert" }, "接口说明没有读到，请检查网络。"), again);
    return;
  }
  // The fragment named a section that did not exist until now.
  const wanted = decodeURIComponent(window.location.hash.slice(1));
  if (wanted !== "") document.getElementById(wanted)?.scrollIntoView();
}

function documentOf(doc: OpenAPI): HTMLElement[] {
  const groups = [...byTag(doc)];
  return [
    element("p", { class: "lede" }, doc.info.description ?? doc.info.title),
    element("p", { class: "help" }, `版本 ${doc.info.version}，地址都以 ${window.location.origin} 开头。`),
    element(
      "div",
      { class: "columns" },
      element(
        "nav",
        { class: "index", "aria-label": "本页的接口" },
        ...groups.flatMap(([tag, endpoints]) => [
          element("h2", {}, tag),
          element(
            "ul",
            {},
            ...endpoints.map((e) => element("li", {}, element("a", { href: `#${e.id}` }, e.operation.summary ?? e.path))),
          ),
        ]),
      ),
      element(
        "div",
        {},
        ...groups.map(([tag, endpoints]) =>
          element("div", { class: "group" }, element("h2", {}, tag), ...endpoints.map((e) => endpointSection(doc, e))),
        ),
      ),
    ),
  ];
}

const place = document.getElementById("document");
if (place) void show(place);
