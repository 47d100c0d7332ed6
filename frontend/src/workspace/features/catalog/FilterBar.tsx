import { useEffect, useId, useRef } from "react";
import type { Item } from "./catalogue";
import { dimensionWords, matches, valuesOf, valueWords, type Dimension, type Filter } from "./filter";

interface FilterBarProps {
  all: readonly Item[];
  filter: Filter;
  change: (next: Filter) => void;
}

const selects: readonly Dimension[] = ["unverified", "basis", "payer", "timeLimit", "sector"];

/** Native controls: every keyboard, phone and screen reader knows them. */
export function FilterBar({ all, filter, change }: FilterBarProps) {
  return (
    <form
      className="filters"
      role="search"
      aria-label="筛选事项"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <NameBox
        value={filter.q}
        change={(q) => {
          change({ ...filter, q });
        }}
      />
      {selects.map((dimension) => (
        <Choice key={dimension} dimension={dimension} all={all} filter={filter} change={change} />
      ))}
    </form>
  );
}

/**
 * While it is typed in, the box leads and the address follows; otherwise (a filter
 * cleared, the back button) the address leads. Half-typed pinyin is not a word yet.
 */
function NameBox({ value, change }: { value: string; change: (q: string) => void }) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current && box.current !== document.activeElement) box.current.value = value;
  }, [value]);
  const take = (event: { currentTarget: HTMLInputElement }): void => {
    change(event.currentTarget.value.trim());
  };
  return (
    <div className="field">
      <label htmlFor={id}>{dimensionWords.q}</label>
      <input
        id={id}
        ref={box}
        type="search"
        maxLength={100}
        defaultValue={value}
        autoComplete="off"
        onChange={(event) => {
          if (!(event.nativeEvent as InputEvent).isComposing) take(event);
        }}
        onCompositionEnd={take}
      />
    </div>
  );
}

/** A drop-down of one dimension; the counts are what each choice would leave under the other filters. */
function Choice({ dimension, all, filter, change }: FilterBarProps & { dimension: Dimension }) {
  const id = useId();
  const others = all.filter((i) => matches(i, filter, dimension));
  return (
    <div className="field">
      <label htmlFor={id}>{dimensionWords[dimension]}</label>
      <select
        id={id}
        value={filter[dimension]}
        onChange={(event) => {
          change({ ...filter, [dimension]: event.currentTarget.value });
        }}
      >
        <option value="">不限</option>
        {offered(dimension, all, filter).map((value) => (
          <option key={value} value={value}>
            {valueWords(dimension, value)}（{others.filter((i) => matches(i, { ...filter, [dimension]: value })).length}）
          </option>
        ))}
      </select>
    </div>
  );
}

/** The choices, with the one in force among them even if the catalogue no longer has it. */
function offered(dimension: Dimension, all: readonly Item[], filter: Filter): string[] {
  const values = valuesOf(dimension, all);
  const current = filter[dimension];
  return current === "" || values.includes(current) ? values : [current, ...values];
}
