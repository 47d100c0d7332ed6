import type { Item } from "./catalogue";

/** Fields an item may have unverified, by the names the API uses, in the order officials read them. */
export const fieldWords: Readonly<Record<string, string>> = {
  name: "事项名称",
  legal_basis: "设定依据",
  required_qualification: "资质要求",
  result_document: "服务成果",
  self_prepare: "能否自行编制",
  time_limit_workdays: "服务时限",
  fee_type: "收费方式",
  fee_reference: "收费文件",
};

/** A field's name; one this release does not know is shown as the server names it. */
export function fieldWord(field: string): string {
  return fieldWords[field] ?? field;
}

export const basisWords: Readonly<Record<Item["basisStrength"], string>> = {
  direct: "直接",
  indirect: "间接",
  none: "无",
};

export const selfPrepareWords: Readonly<Record<Item["selfPrepare"], string>> = {
  yes: "可以自行编制",
  conditional: "有条件自行编制",
  no: "须委托机构",
};

/** Who entrusts the agency and pays it: the applicant, the approving department, or either. */
export type Payer = "applicant" | "approver" | "either";

export const payerWords: Readonly<Record<Payer, string>> = {
  applicant: "申请人",
  approver: "审批部门",
  either: "申请人或审批部门",
};

export function payerOf(item: Item): Payer {
  const approver = item.entrustingParties.includes("approval_dept");
  const applicant = item.entrustingParties.includes("applicant");
  if (approver) return applicant ? "either" : "approver";
  return "applicant";
}

/** The limit as published: a number is working days, other words stand as they are. */
export function timeLimitWords(item: Item): string {
  if (item.timeLimitWorkdays !== undefined) return `${item.timeLimitWorkdays} 个工作日`;
  return item.timeLimit === "" ? "未公布" : item.timeLimit;
}

/** Which fields are unverified, by the shorter of two lists: those that are, or those that are not. */
export function unverifiedWords(fields: readonly string[]): string {
  const verified = Object.keys(fieldWords).filter((f) => !fields.includes(f));
  if (verified.length === 0) return "全部字段";
  if (verified.length < fields.length) return `只有${verified.map(fieldWord).join("、")}已核实`;
  return fields.map(fieldWord).join("、");
}
