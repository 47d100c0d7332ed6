import { api, read } from "../../../shared/api/client";
import { AgencyField } from "../../frame/AgencyField";
import { SelectField } from "../../frame/fields";
import { useItems } from "./form/items";

/** What a submission is about, as the person named it. */
export type Subject = { is: "item"; code: string } | { is: "agency"; id: string; name: string };

/** The id the API asks for; an item is known to people by its code. */
export async function idOf(subject: Subject): Promise<string> {
  if (subject.is === "agency") return subject.id;
  return (await read(api.GET("/api/v1/service-items/{code}", { params: { path: { code: subject.code } } }))).id;
}

interface Props {
  subject: Subject | undefined;
  change: (next: Subject | undefined) => void;
}

export function ItemSubject({ subject, change }: Props) {
  const items = useItems();
  return (
    <SelectField
      label="哪个事项"
      value={subject?.is === "item" ? subject.code : ""}
      change={(code) => {
        change(code === "" ? undefined : { is: "item", code });
      }}
      none={items.isError ? "事项没有读到，请刷新" : "请选择"}
      choices={(items.data ?? []).map((i) => ({ value: i.code, words: `${i.code} ${i.name}` }))}
    />
  );
}

export function AgencySubject({ subject, change }: Props) {
  return (
    <AgencyField
      chosen={subject?.is === "agency" ? subject : undefined}
      change={(next) => {
        change(next === undefined ? undefined : { is: "agency", ...next });
      }}
    />
  );
}
