/** The part of an OpenAPI 3.1 document that this page reads. */
export interface OpenAPI {
  info: { title: string; version: string; description?: string };
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components?: { schemas?: Readonly<Record<string, Schema>> };
}

export interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: readonly string[];
  parameters?: readonly Parameter[];
  responses?: Readonly<Record<string, Response>>;
}

export interface Parameter {
  name: string;
  in: "query" | "path" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

interface Response {
  description?: string;
  content?: Readonly<Record<string, { schema?: Schema }>>;
}

export interface Schema {
  $ref?: string;
  type?: string | readonly string[];
  format?: string;
  description?: string;
  enum?: readonly (string | number)[];
  default?: unknown;
  examples?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
}

/** One way to ask: a method on a path. */
export interface Endpoint {
  id: string;
  method: string;
  path: string;
  operation: Operation;
}

/** The endpoints by tag, in the order the document gives them. */
export function byTag(doc: OpenAPI): Map<string, Endpoint[]> {
  const groups = new Map<string, Endpoint[]>();
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "其他";
      const id = operation.operationId ?? `${method}${path}`.replaceAll(/[^a-z0-9]+/gi, "-");
      const group = groups.get(tag) ?? [];
      group.push({ id, method: method.toUpperCase(), path, operation });
      groups.set(tag, group);
    }
  }
  return groups;
}

/** Follows a reference within the document. */
export function resolve(doc: OpenAPI, schema: Schema): Schema {
  const name = schema.$ref?.replace("#/components/schemas/", "");
  return (name === undefined ? undefined : doc.components?.schemas?.[name]) ?? schema;
}

/** One field of an answer; depth is how far inside it lies. */
export interface Field {
  name: string;
  type: string;
  description: string;
  optional: boolean;
  depth: number;
}

/** No published record nests deeper; it also ends a schema that contains itself. */
const deepest = 4;

/** The fields of a schema, each followed by those inside it. */
export function fields(doc: OpenAPI, schema: Schema, depth = 0): Field[] {
  const { properties, required } = body(doc, schema);
  if (properties === undefined || depth >= deepest) return [];
  return Object.entries(properties).flatMap(([name, property]) => [
    {
      name,
      type: typeWords(doc, property),
      description: property.description ?? resolve(doc, property).description ?? "",
      optional: !(required ?? []).includes(name),
      depth,
    },
    ...fields(doc, property, depth + 1),
  ]);
}

/** The record a schema is or is a list of. */
function body(doc: OpenAPI, schema: Schema): Schema {
  const s = resolve(doc, schema);
  return s.items === undefined ? s : body(doc, s.items);
}

const typeNames: Readonly<Record<string, string>> = {
  string: "文字",
  integer: "整数",
  number: "数字",
  boolean: "是否",
  object: "对象",
  array: "列表",
};

const formatNames: Readonly<Record<string, string>> = {
  "date-time": "时间",
  date: "日期",
  uuid: "UUID",
  uri: "网址",
};

/** What a value is, in words: 文字, 整数, 列表（对象）, one of a few values. */
export function typeWords(doc: OpenAPI, schema: Schema): string {
  const s = resolve(doc, schema);
  if (s.enum !== undefined) return s.enum.join(" | ");
  const type = (typeof s.type === "string" ? [s.type] : (s.type ?? ["object"])).find((t) => t !== "null") ?? "object";
  if (type === "array" && s.items !== undefined) return `列表（${typeWords(doc, s.items)}）`;
  return formatNames[s.format ?? ""] ?? typeNames[type] ?? type;
}
