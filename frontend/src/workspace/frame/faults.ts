import { Refusal, Unreachable } from "../../shared/api/client";

/** What is wrong, by field. A field that is not listed is right. */
export type Faults = Readonly<Record<string, string>>;

/** The faults a refusal names; nothing of any other. */
export function faultsOf(fault: unknown): Faults {
  if (!(fault instanceof Refusal)) return {};
  const all: Record<string, string> = {};
  for (const { field, message } of fault.fields) all[field] ??= message;
  return all;
}

/** What went wrong with something a person asked to be done, in a sentence for them. */
export function faultWords(fault: unknown): string {
  if (fault instanceof Unreachable) return "连接不上服务器，没有办成。请检查网络后再试。";
  if (fault instanceof Refusal) {
    return fault.status >= 500 && fault.requestId !== undefined
      ? `${fault.message}（请求编号 ${fault.requestId}）`
      : fault.message.replace(/^[a-zA-Z][\w.[\]-]*：/, "填写有误："); // a field's name in the interface means nothing to a reader
  }
  return fault instanceof Error && fault.message !== "" ? fault.message : "没有办成，请刷新页面再试。";
}
