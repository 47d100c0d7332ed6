import { textsOf } from "./content";
import { useTies, type InputProps } from "./FieldEntry";

/** Up to so many choices are all seen at once. */
const few = 6;

export function ChoiceInput({ path, field, value, change }: InputProps) {
  const { id, ...ties } = useTies(path, field);
  const options = field.options ?? [];
  if (options.length > few) {
    return (
      <select
        {...ties}
        aria-label={field.label}
        disabled={field.readOnly}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => {
          change(event.currentTarget.value);
        }}
      >
        <option value="">请选择</option>
        {options.map((o) => (
          <option key={o.value} value={o.value}>
            {o.label}
          </option>
        ))}
      </select>
    );
  }
  return (
    <div className="options">
      {options.map((o) => (
        <label key={o.value} className="option">
          <input
            type="radio"
            name={id}
            disabled={field.readOnly}
            checked={value === o.value}
            aria-describedby={ties["aria-describedby"]}
            onChange={() => {
              change(o.value);
            }}
          />
          <span>{o.label}</span>
        </label>
      ))}
    </div>
  );
}

export function ChoicesInput({ path, field, value, update }: InputProps) {
  const ties = useTies(path, field);
  const chosen = textsOf(value);
  const options = field.options ?? [];
  return (
    <div className={options.length > few ? "options columns" : "options"}>
      {options.map((o) => (
        <label key={o.value} className="option">
          <input
            type="checkbox"
            disabled={field.readOnly}
            checked={chosen.includes(o.value)}
            aria-describedby={ties["aria-describedby"]}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              update((old) => {
                const rest = textsOf(old).filter((v) => v !== o.value);
                return checked ? [...rest, o.value] : rest;
              });
            }}
          />
          <span>{o.label}</span>
        </label>
      ))}
    </div>
  );
}

/** Its label is the sentence one agrees to, beside the box. */
export function FlagInput({ path, field, value, change }: InputProps) {
  const ties = useTies(path, field);
  return (
    <label className="option">
      <input
        {...ties}
        type="checkbox"
        disabled={field.readOnly}
        checked={value === true}
        onChange={(event) => {
          change(event.currentTarget.checked);
        }}
      />
      <span>{field.label}</span>
    </label>
  );
}
