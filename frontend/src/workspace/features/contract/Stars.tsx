import { useId } from "react";
import { Fault } from "../../frame/fields";

const words = ["", "很差", "较差", "一般", "较好", "很好"];

interface StarsFieldProps {
  label: string;
  help: string;
  value: number | undefined;
  change: (stars: number) => void;
  fault?: string | undefined;
}

/** One to five stars as a group of radio buttons: arrows move, a screen reader says each. */
export function StarsField({ label, help, value, change, fault }: StarsFieldProps) {
  const id = useId();
  return (
    <fieldset className={fault === undefined ? "entry stars-field" : "entry stars-field faulty"} aria-describedby={fault === undefined ? `${id}-help` : `${id}-help ${id}-fault`}>
      <legend>{label}</legend>
      <p className="help" id={`${id}-help`}>
        {help}
      </p>
      <div className="stars-choice">
        {[1, 2, 3, 4, 5].map((n) => (
          <label key={n} className={value !== undefined && n <= value ? "star on" : "star"}>
            <input type="radio" name={id} value={n} checked={value === n} onChange={() => { change(n); }} />
            <span aria-hidden="true">★</span>
            <span className="visually-hidden">
              {n} 星，{words[n]}
            </span>
          </label>
        ))}
        <span className="stars-words" aria-hidden="true">
          {value === undefined ? "还没有打分" : `${value} 星 ${words[value] ?? ""}`}
        </span>
      </div>
      <Fault id={id} fault={fault} />
    </fieldset>
  );
}

/** Stars that were given: seen as stars, read as a number. */
export function Stars({ n }: { n: number }) {
  return (
    <span className="stars" role="img" aria-label={`${n} 星`}>
      <span className="lit">{"★".repeat(n)}</span>
      {"★".repeat(5 - n)}
    </span>
  );
}
