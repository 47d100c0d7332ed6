import { useId, useState } from "react";
import { textsOf } from "./content";
import { useTies, type InputProps } from "./FieldEntry";
import { useItems, type Item } from "./items";

/** So many are offered at once; a word narrows them. */
const most = 12;

/** Service items: what is chosen above, a box to find more below. */
export function ItemsInput({ path, field, value, update }: InputProps) {
  const ties = useTies(path, field);
  const { data, isError } = useItems();
  const [words, setWords] = useState("");
  const id = useId();
  const chosen = textsOf(value);
  const nameOf = (code: string): string => data?.find((i) => i.code === code)?.name ?? "目录中没有这个编码";
  const full = chosen.length >= (field.max ?? 200);
  const found = (data ?? []).filter((i) => !chosen.includes(i.code) && matches(i, words));

  return (
    <div className="items-input" aria-describedby={ties["aria-describedby"]}>
      {chosen.length === 0 ? (
        <p className="none">还没有选择。</p>
      ) : (
        <ul className="chosen" aria-label={`已选 ${chosen.length} 项`}>
          {chosen.map((code) => (
            <li key={code}>
              <span>
                {nameOf(code)} <small>{code}</small>
              </span>
              {field.readOnly === true ? null : (
                <button
                  type="button"
                  className="plain-button"
                  onClick={() => {
                    update((old) => textsOf(old).filter((c) => c !== code));
                  }}
                >
                  去掉<span className="visually-hidden">{nameOf(code)}</span>
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {field.readOnly === true ? null : (
        <>
          <label htmlFor={id}>查找事项</label>
          <input
            id={id}
            type="search"
            autoComplete="off"
            placeholder="名称、编码或行业，如 环评、ZJ0049、水利"
            value={words}
            onChange={(event) => {
              setWords(event.currentTarget.value);
            }}
          />
          {isError ? <p className="fault">事项清单没有读到，请刷新页面。</p> : null}
          {full ? <p className="help">最多选 {field.max} 项，要换先去掉一项。</p> : null}
          {words.trim() === "" || full ? null : (
            <ul className="offered" aria-label="找到的事项">
              {found.slice(0, most).map((i) => (
                <li key={i.code}>
                  <button
                    type="button"
                    onClick={() => {
                      update((old) => [...textsOf(old).filter((c) => c !== i.code), i.code]);
                    }}
                  >
                    <span>{i.name}</span> <small>{i.code} {i.sector}</small>
                  </button>
                </li>
              ))}
              {found.length === 0 && data !== undefined ? <li className="none">没有找到，换个词试试。</li> : null}
              {found.length > most ? <li className="none">还有 {found.length - most} 项，再写几个字缩小范围。</li> : null}
            </ul>
          )}
        </>
      )}
    </div>
  );
}

function matches(item: Item, words: string): boolean {
  return words
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .every((w) => `${item.code} ${item.name} ${item.sector}`.toLowerCase().includes(w));
}
