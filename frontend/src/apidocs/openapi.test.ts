import { describe, expect, it } from "vitest";
import { byTag, fields, typeWords, type Endpoint, type OpenAPI } from "./openapi";
import { addressOf, curl, limits, listOf } from "./request";

const doc: OpenAPI = {
  info: { title: "接口", version: "1" },
  paths: {
    "/api/v1/agencies/{id}": { get: { operationId: "agency", tags: ["机构"], parameters: [{ name: "id", in: "path", required: true }] } },
    "/api/v1/agencies": {
      get: { operationId: "agencies", tags: ["机构"], parameters: [{ name: "region", in: "query" }, { name: "q", in: "query" }] },
    },
  },
  components: {
    schemas: {
      Page: { type: "object", required: ["items"], properties: { items: { type: "array", items: { $ref: "#/components/schemas/Agency" } } } },
      Agency: {
        type: "object",
        required: ["id"],
        properties: { id: { type: "string", format: "uuid", description: "标识" }, within: { $ref: "#/components/schemas/Agency" } },
      },
    },
  },
};

const [one, list] = byTag(doc).get("机构") as [Endpoint, Endpoint];

describe("addresses", () => {
  it("escapes what is typed into a path", () => {
    expect(addressOf(one, new Map([["id", " a/../b?c "]]))).toBe("/api/v1/agencies/a%2F..%2Fb%3Fc");
  });
  it("leaves empty parameters out of the query", () => {
    expect(addressOf(list, new Map([["region", ""], ["q", "环评&x=1"]]))).toBe("/api/v1/agencies?q=%E7%8E%AF%E8%AF%84%26x%3D1");
  });
  it("closes no quote of the command line", () => {
    expect(curl("http://h", "/x?q='; rm")).toBe("curl 'http://h/x?q=%27; rm'");
  });
  it("finds the list a record belongs to", () => {
    expect(listOf(one)).toBe("/api/v1/agencies");
    expect(listOf(list)).toBeUndefined();
  });
});

describe("fields", () => {
  it("names what is inside a list, and ends a record that contains itself", () => {
    const found = fields(doc, { $ref: "#/components/schemas/Page" });
    expect(found.slice(0, 3).map((f) => [f.name, f.type, f.depth, f.optional])).toEqual([
      ["items", "列表（对象）", 0, false],
      ["id", "UUID", 1, false],
      ["within", "对象", 1, true],
    ]);
    expect(Math.max(...found.map((f) => f.depth))).toBe(3);
  });
  it("says types in words", () => {
    expect(typeWords(doc, { type: ["string", "null"], format: "date-time" })).toBe("时间");
    expect(typeWords(doc, { type: "string", enum: ["yes", "no"] })).toBe("yes | no");
  });
  it("says what a parameter accepts", () => {
    expect(limits({ type: "integer", minimum: 1, maximum: 100, default: 20 })).toBe("1–100，不填为 20");
  });
});
