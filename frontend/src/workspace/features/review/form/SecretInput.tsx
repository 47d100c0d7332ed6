import { useState } from "react";
import { secretRef } from "./content";
import { useTies, type InputProps } from "./FieldEntry";

/**
 * What is sealed shows masked and is written anew, never edited. It is handed on when
 * the person leaves the box: half a number would be sealed and vanish under their hands.
 */
export function SecretInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  const kept = secretRef(value);
  const [typed, setTyped] = useState<string>();
  const [anew, setAnew] = useState(false);

  if (kept !== undefined && !anew) {
    return (
      <div className="secret">
        <input {...ties} type="text" value={kept.mask} readOnly />
        {field.readOnly === true ? null : (
          <button
            type="button"
            className="plain-button"
            onClick={() => {
              setAnew(true);
              setTyped("");
            }}
          >
            重新填写<span className="visually-hidden">{field.label}</span>
          </button>
        )}
      </div>
    );
  }
  return (
    <div className="secret">
      <input
        {...ties}
        type="text"
        autoComplete="off"
        spellCheck={false}
        maxLength={field.max ?? 200}
        value={typed ?? (typeof value === "string" ? value : "")}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
        }}
        onBlur={() => {
          if (typed === undefined) return;
          setTyped(undefined);
          setAnew(false);
          // Left empty, what was kept stays.
          if (typed.trim() !== "" || kept === undefined) change(typed);
        }}
      />
    </div>
  );
}
