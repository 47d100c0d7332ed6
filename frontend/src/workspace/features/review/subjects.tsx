import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { SelectField, TextField } from "../../frame/fields";
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

/** The agency, found by a word of its name or its code. */
export function AgencySubject({ subject, change }: Props) {
  const [words, setWords] = useState("");
  const asked = words.trim();
  const found = useQuery({
    queryKey: ["search", "agency", asked],
    enabled: asked.length >= 2,
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/search", { params: { query: { q: asked, kind: "agency", limit: 8 } }, signal }))).items,
  });
  return (
    <>
      <TextField
        label="哪家机构"
        type="search"
        autoComplete="off"
        help="写名称的几个字，或统一社会信用代码"
        value={words}
        change={(next) => {
          setWords(next);
          change(undefined);
        }}
      />
      {subject?.is === "agency" ? (
        <p role="status">
          已选 <b>{subject.name}</b>
        </p>
      ) : found.data === undefined ? null : (
        <ul className="offered" aria-label="找到的机构">
          {found.data.map((h) => (
            <li key={h.url}>
              <button
                type="button"
                onClick={() => {
                  change({ is: "agency", id: h.url.slice(h.url.lastIndexOf("/") + 1), name: h.title });
                }}
              >
                <span>{h.title}</span> <small>{h.subtitle}</small>
              </button>
            </li>
          ))}
          {found.data.length === 0 ? <li className="none">没有找到，换个词试试。</li> : null}
        </ul>
      )}
    </>
  );
}
