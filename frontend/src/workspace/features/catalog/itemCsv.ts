import { csv } from "../../../shared/format/csv";
import type { Item } from "./catalogue";
import { basisWords, fieldWord, payerOf, payerWords, selfPrepareWords, timeLimitWords } from "./words";

const header = [
  "编码",
  "事项",
  "行业",
  "依据强度",
  "谁委托谁付费",
  "能否自行编制",
  "收费方式",
  "服务成果",
  "服务时限",
  "服务的审批事项",
  "待核实处数",
  "待核实的字段",
];

/** The items as shown, one row each, in Chinese for people to work through. */
export function itemCsv(items: readonly Item[]): string {
  return csv(
    header,
    items.map((i) => [
      i.code,
      i.name,
      i.sector,
      basisWords[i.basisStrength],
      payerWords[payerOf(i)],
      selfPrepareWords[i.selfPrepare],
      i.feeType,
      i.resultDocument,
      timeLimitWords(i),
      i.approvals.map((a) => a.name).join("；"),
      String(i.unverifiedFields.length),
      i.unverifiedFields.map(fieldWord).join("、"),
    ]),
  );
}
