import type { components } from "../../../shared/api/schema";

export type Role = components["schemas"]["Award"]["role"];
export type StaffRole = components["schemas"]["NewAccount"]["role"];

/** An official's roles: given over a region. */
export const staffRoles: readonly { value: StaffRole; words: string; note: string }[] = [
  { value: "operator", words: "运营审核", note: "审核区划内的各类申请，答复异议" },
  { value: "department_officer", words: "行业主管", note: "提出本行业的事项，审核专家；可限定一个行业" },
  { value: "supervisor", words: "监督", note: "查看区划内的一切，查审计日志；不办理" },
  { value: "region_admin", words: "区域管理员", note: "管理区划内的账号，分派审核" },
  { value: "platform_admin", words: "平台管理员", note: "全平台的设置" },
];

const ownRoles: readonly { value: Role; words: string }[] = [
  { value: "purchaser_admin", words: "采购管理人" },
  { value: "purchaser_agent", words: "采购受托人" },
  { value: "agency_admin", words: "机构管理员" },
  { value: "agency_agent", words: "业务授权人" },
  { value: "expert", words: "专家" },
];

export const roles: readonly { value: Role; words: string }[] = [...staffRoles, ...ownRoles];
