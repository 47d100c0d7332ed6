import { expect, it } from "vitest";
import { figuresOf, share } from "./figures";
import { matches, type Filter } from "./filter";
import { anItem, withoutDays } from "./item.fixture";
import { itemCsv } from "./itemCsv";
import { unverifiedWords } from "./words";

const none: Filter = { q: "", sector: "", unverified: "", basis: "", payer: "", timeLimit: "" };

const items = [
  anItem({ code: "A", unverifiedFields: ["fee_type", "legal_basis"] }),
  anItem({ code: "B", basisStrength: "none", entrustingParties: ["approval_dept"] }),
  { ...withoutDays("随工期"), code: "C", entrustingParties: ["applicant", "approval_dept"], unverifiedFields: [] },
];

it("counts each question", () => {
  const f = figuresOf(items);
  expect(f).toMatchObject({ items: 3, cells: 3, basis: { direct: 2, indirect: 0, none: 1 }, payer: { applicant: 1, approver: 1, either: 1 } });
  expect(f.fields.slice(0, 2)).toEqual([
    { field: "fee_type", items: 2 },
    { field: "legal_basis", items: 1 },
  ]);
  expect(f.fields).toHaveLength(8);
  expect(f.withoutBasis.map((i) => i.code)).toEqual(["B"]);
  expect(f.openTimeLimit.map((i) => i.code)).toEqual(["C"]);
});

it("counts a field this release does not know", () => {
  expect(figuresOf([anItem({ unverifiedFields: ["new_field"] })]).fields).toContainEqual({ field: "new_field", items: 1 });
});

// What makes a figure believable: the list it leads to has exactly that many rows.
it("leads every figure to a list of that length", () => {
  const f = figuresOf(items);
  const length = (part: Partial<Filter>): number => items.filter((i) => matches(i, { ...none, ...part })).length;
  for (const { field, items: n } of f.fields) expect(length({ unverified: field })).toBe(n);
  for (const basis of ["direct", "indirect", "none"] as const) expect(length({ basis })).toBe(f.basis[basis]);
  for (const payer of ["applicant", "approver", "either"] as const) expect(length({ payer })).toBe(f.payer[payer]);
  expect(length({ timeLimit: "open" })).toBe(f.openTimeLimit.length);
});

it("gives a share even of nothing", () => {
  expect(share(1, 3)).toBe("33.3%");
  expect(share(0, 0)).toBe("0%");
});

it("names the unverified fields by the shorter list", () => {
  expect(unverifiedWords(["fee_type", "name"])).toBe("收费方式、事项名称");
  expect(unverifiedWords(["fee_type", "fee_reference", "required_qualification", "time_limit_workdays", "result_document", "self_prepare"])).toBe(
    "只有事项名称、设定依据已核实",
  );
});

it("writes the rows shown as a file, with nothing a spreadsheet would run", () => {
  const text = itemCsv([anItem({ name: '=HYPERLINK("http://x")', resultDocument: "报告书, 附件" })]);
  const [header, row] = text.replace("\uFEFF", "").split("\r\n");
  expect(header?.split(",")).toHaveLength(12);
  expect(row).toContain(`"'=HYPERLINK(""http://x"")"`);
  expect(row).toContain('"报告书, 附件"');
  expect(row).toContain("30 个工作日");
});
