import { afterEach, expect, it } from "vitest";
import { adopt, blank, controlId, findControl, identified, parsePath, pathWords, rowWords, shown, standing, valueAt, valueWords, without, withValue, type Field, type Form } from "./content";

const text = (name: string, label: string): Field => ({ name, label, type: "text", required: false });

const quals: Field = {
  name: "qualifications",
  label: "资质",
  type: "rows",
  required: true,
  fields: [text("name", "名称"), { name: "validTo", label: "有效期至", type: "date", required: true }, { ...text("id", "证件号"), secret: true }],
};

const form: Form = {
  sections: [
    {
      title: "基本情况",
      fields: [
        text("name", "单位名称"),
        { name: "kind", label: "类型", type: "choice", required: true, options: [{ value: "a", label: "甲类" }] },
        { ...text("why", "原因"), when: { field: "kind", in: ["a"] } },
      ],
    },
    { title: "资质", fields: [quals] },
  ],
};

it("asks for a conditional field only while its condition holds", () => {
  const why = form.sections[0]?.fields[2];
  if (why === undefined) throw new Error("no field");
  expect(shown(why, {})).toBe(false);
  expect(shown(why, { kind: "b" })).toBe(false);
  expect(shown(why, { kind: "a" })).toBe(true);
  expect(shown({ ...why, when: { field: "flag", in: ["true"] } }, { flag: true })).toBe(true);
  expect(shown({ ...why, when: { field: "flag", in: ["true"] } }, { flag: ["true"] })).toBe(false);
});

it.each([[undefined, true], [null, true], ["  ", true], [[], true], [false, false], [0, false], ["x", false]])("blank %j is %s", (v, is) => {
  expect(blank(v)).toBe(is);
});

it("takes a blanked value out, and changes no other level's object", () => {
  const before = { a: "1", b: "2" };
  expect(withValue(before, "a", " ")).toEqual({ b: "2" });
  expect(withValue(before, "c", false)).toEqual({ a: "1", b: "2", c: false });
  expect(before).toEqual({ a: "1", b: "2" });
});

it("reads paths as the server writes them", () => {
  expect(parsePath("qualifications[1].validTo")).toEqual([{ name: "qualifications", at: 1 }, { name: "validTo" }]);
  expect(parsePath("a..b")).toBeUndefined();
  expect(pathWords(form, "qualifications[1].validTo")).toBe("资质 第 2 行 有效期至");
  expect(pathWords(form, "qualifications[0]")).toBe("资质 第 1 行");
  expect(pathWords(form, "name")).toBe("单位名称");
  expect(pathWords(form, "content")).toBe("content");
});

it("says values in words", () => {
  const kind = form.sections[0]?.fields[1];
  if (kind === undefined) throw new Error("no field");
  expect(valueWords(kind, "a")).toBe("甲类");
  expect(valueWords(kind, "gone")).toBe("gone");
  expect(valueWords(quals, { secret: "1", mask: "1427****0012" })).toBe("1427****0012");
  expect(valueWords(text("x", "x"), false)).toBe("否");
  expect(valueWords(text("x", "x"), 1234567)).toBe("1234567");
  expect(rowWords(quals, { name: "测绘甲级", validTo: "2027-01-01", id: { secret: "1", mask: "**" } })).toBe("测绘甲级，2027-01-01，**");
});

it("leaves out what the server would not take, in rows and lists too", () => {
  const c = { name: "甲", items: ["ZJ0001", "bad"], qualifications: [{ rowId: "r1", name: "a", validTo: "x" }, { rowId: "r2", name: "b" }] };
  expect(without(c, ["qualifications[0].validTo", "items[1]", "nothing", "name"])).toEqual({
    items: ["ZJ0001"],
    qualifications: [{ rowId: "r1", name: "a" }, { rowId: "r2", name: "b" }],
  });
  expect(c.qualifications[0]).toEqual({ rowId: "r1", name: "a", validTo: "x" });
});

it("finds the value of a path", () => {
  const c = { name: "甲", qualifications: [{ name: "a" }, { name: "b" }], items: ["x", "y"] };
  expect(valueAt(c, "qualifications[1].name")).toBe("b");
  expect(valueAt(c, "items[1]")).toBe("y");
  expect(valueAt(c, "qualifications[9].name")).toBeUndefined();
  expect(valueAt(c, "name.deeper")).toBeUndefined();
});

it("calls wrong only what stands as it was judged", () => {
  const faults = { name: "太短", "rows[0].date": "应是日期", gone: "必须填写" };
  const judged = { name: "甲", rows: [{ date: "x" }] };
  expect(standing(faults, judged, judged)).toEqual(faults);
  expect(standing(faults, judged, { name: "甲乙", rows: [{ date: "x" }], gone: "写了" })).toEqual({ "rows[0].date": "应是日期" });
});

it("takes the server's references for secrets it has sealed, and nothing else", () => {
  const ref = { secret: "s1", mask: "1427****", tag: "t" };
  const sent = { name: "甲 ", qualifications: [{ rowId: "r1", name: "a", id: "142701" }, { rowId: "r2", id: "999" }] };
  const local = { name: "甲 乙", qualifications: [{ rowId: "r2", id: "9991" }, { rowId: "r1", name: "a…", id: "142701" }] };
  const server = { name: "甲", qualifications: [{ rowId: "r1", name: "a", id: ref }, { rowId: "r2", id: { secret: "s2", mask: "**" } }] };
  expect(adopt(form.sections.flatMap((s) => s.fields), local, sent, server)).toEqual({
    name: "甲 乙",
    qualifications: [{ rowId: "r2", id: "9991" }, { rowId: "r1", name: "a…", id: ref }],
  });
});

it("gives rows ids, and keeps those they have", () => {
  const out = identified([quals], { qualifications: [{ rowId: "r1" }, { name: "b" }] });
  const rows = out.qualifications as Record<string, unknown>[];
  expect(rows[0]).toEqual({ rowId: "r1" });
  expect(rows[1]?.rowId).toMatch(/^[0-9a-f-]{36}$/);
});

afterEach(() => {
  document.body.replaceChildren();
});

it("leads to the control of a fault, or to what holds it", () => {
  const table = document.createElement("fieldset");
  table.id = controlId("qualifications");
  const cell = document.createElement("input");
  cell.id = controlId("qualifications[1].validTo");
  document.body.append(table, cell);
  expect(findControl("qualifications[1].validTo")).toBe(cell);
  expect(findControl("qualifications[7].validTo")).toBe(table);
  expect(findControl("qualifications")).toBe(table);
  expect(findControl("items[3]")).toBeNull();
});
