import type { components } from "../../../shared/api/schema";

export type OrganisationKind = components["schemas"]["Registration"]["kind"];

interface Kind {
  value: OrganisationKind;
  words: string;
  note: string;
  /** It has a unified social credit code and a name of its own. */
  unit: boolean;
}

/** Who registers, in the words people call themselves, the most frequent first. */
export const kinds: readonly Kind[] = [
  { value: "agency", words: "中介机构", note: "承接环评、勘测、审图等中介服务", unit: true },
  { value: "enterprise", words: "企业", note: "项目业主，要找中介机构", unit: true },
  { value: "public_body", words: "机关事业单位", note: "项目业主，要找中介机构", unit: true },
  { value: "village", words: "村集体", note: "村民委员会、集体经济组织", unit: true },
  { value: "natural_person", words: "自然人", note: "个人项目，要找中介机构", unit: false },
  { value: "expert", words: "专家", note: "参加评审，由本人使用", unit: false },
];
