import { element } from "./element";
import { fields, type Endpoint, type OpenAPI, type Parameter } from "./openapi";
import { answerBox } from "./answerBox";
import { addressOf, firstKey, limits, listOf } from "./request";

/** One endpoint: what it is, a form to try it, what it answers. */
export function endpointSection(doc: OpenAPI, endpoint: Endpoint): HTMLElement {
  const { id, method, path, operation } = endpoint;
  return element(
    "section",
    { class: "endpoint", id, "aria-labelledby": `${id}-name` },
    element("h3", { id: `${id}-name` }, operation.summary ?? path),
    element("p", { class: "path" }, element("b", {}, method), " ", element("code", {}, path)),
    operation.description === undefined ? null : element("p", {}, operation.description),
    tryForm(endpoint),
    answerFields(doc, endpoint),
  );
}

function tryForm(endpoint: Endpoint): HTMLElement {
  const parameters = (endpoint.operation.parameters ?? []).filter((p) => p.in === "path" || p.in === "query");
  const name = endpoint.operation.summary ?? endpoint.path;
  const box = answerBox(name);
  const form = element(
    "form",
    { class: "try", "aria-label": `试用：${name}` },
    ...parameters.map((p) => control(endpoint.id, p)),
    element("p", { class: "actions" }, element("button", {}, "发送请求"), exampleButton(endpoint)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = new Map(
      [...new FormData(form)].flatMap(([key, value]): [string, string][] => (typeof value === "string" ? [[key, value]] : [])),
    );
    void box.ask(addressOf(endpoint, typed));
  });
  return element("div", {}, form, box.element);
}

/** Fills in the key of a record that exists, so that the first try succeeds. */
function exampleButton(endpoint: Endpoint): HTMLElement | null {
  const list = listOf(endpoint);
  const key = endpoint.operation.parameters?.find((p) => p.in === "path")?.name;
  if (list === undefined || key === undefined) return null;
  const button = element("button", { type: "button" }, "填入一个示例");
  button.addEventListener("click", () => {
    const input = document.getElementById(`${endpoint.id}-${key}`) as HTMLInputElement;
    firstKey(list, key)
      .then((found) => (input.value = found ?? input.value))
      .catch(() => undefined) // offline: the box stays as it was, to be filled by hand
      .finally(() => {
        input.focus();
      });
  });
  return button;
}

/** A labelled control for one parameter, with its limits and meaning beneath. */
function control(endpointId: string, p: Parameter): HTMLElement {
  const id = `${endpointId}-${p.name}`;
  const schema = p.schema ?? {};
  const said = [p.description ?? schema.description ?? "", limits(schema)].filter((s) => s !== "").join("；");
  const common: Record<string, string> = { id, name: p.name, "aria-describedby": `${id}-help` };
  if (p.required === true) common.required = "";
  const input =
    schema.enum === undefined
      ? element("input", {
          ...common,
          ...(schema.type === "integer" ? { inputmode: "numeric" } : {}),
          autocomplete: "off",
        })
      : element(
          "select",
          common,
          element("option", { value: "" }, "不限"),
          ...schema.enum.map((v) => element("option", { value: String(v) }, String(v))),
        );
  return element(
    "div",
    { class: "field" },
    element("label", { for: id }, element("code", {}, p.name), p.required === true ? "（必填）" : ""),
    input,
    element("p", { class: "help", id: `${id}-help` }, said),
  );
}

function answerFields(doc: OpenAPI, endpoint: Endpoint): HTMLElement | null {
  const schema = endpoint.operation.responses?.["200"]?.content?.["application/json"]?.schema;
  const rows = schema === undefined ? [] : fields(doc, schema);
  if (rows.length === 0) return null;
  return element(
    "details",
    {},
    element("summary", {}, "返回的字段"),
    element(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": `${endpoint.operation.summary ?? ""}返回的字段` },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...["字段", "类型", "说明"].map((h) => element("th", { scope: "col" }, h)))),
        element(
          "tbody",
          {},
          ...rows.map((f) =>
            element(
              "tr",
              {},
              element("th", { scope: "row", class: `depth-${f.depth}` }, element("code", {}, f.name)),
              element("td", {}, f.type),
              element("td", {}, f.description + (f.optional ? "（可能没有）" : "")),
            ),
          ),
        ),
      ),
    ),
  );
}
