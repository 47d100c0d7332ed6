import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../shared/api/client";
import { TextField } from "./fields";

export interface FoundAgency {
  id: string;
  name: string;
}

/** An agency, found by a word of its name or its code. */
export function AgencyField({ chosen, change }: { chosen: FoundAgency | undefined; change: (next: FoundAgency | undefined) => void }) {
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
      {chosen !== undefined ? (
        <p role="status">
          已选 <b>{chosen.name}</b>
        </p>
      ) : found.data === undefined ? null : (
        <ul className="offered" aria-label="找到的机构">
          {found.data.map((h) => (
            <li key={h.url}>
              <button
                type="button"
                onClick={() => {
                  change({ id: h.url.slice(h.url.lastIndexOf("/") + 1), name: h.title });
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
