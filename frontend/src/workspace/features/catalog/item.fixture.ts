import type { Item } from "./catalogue";

/** An item as the API gives it; each test names only what it is about. */
export function anItem(part: Partial<Item> = {}): Item {
  return {
    code: "ZJ0049",
    name: "环境影响报告书编制",
    sector: "生态环境",
    basisStrength: "direct",
    entrustingParties: ["applicant"],
    selfPrepare: "yes",
    feeType: "市场调节价",
    resultDocument: "环境影响报告书",
    timeLimit: "30",
    timeLimitWorkdays: 30,
    unverifiedFields: ["fee_type"],
    approvals: [{ code: "SP0001", name: "环境影响评价审批" }],
    ...part,
  };
}

/** An item whose limit is words: the API leaves the number of days out. */
export function withoutDays(timeLimit: string): Item {
  const item = anItem({ timeLimit });
  delete item.timeLimitWorkdays;
  return item;
}
