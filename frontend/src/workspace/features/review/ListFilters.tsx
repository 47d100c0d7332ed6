import { useEffect, useId, useRef } from "react";
import { states, type Filter, type Kind } from "./submissions";

interface ListFiltersProps {
  filter: Filter;
  change: (next: Partial<Filter>) => void;
  kinds: readonly Kind[];
}

export function ListFilters({ filter, change, kinds }: ListFiltersProps) {
  return (
    <form
      className="filters"
      role="search"
      aria-label="筛选申请"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <WordBox value={filter.q} change={(q) => { change({ q }); }} />
      <Select
        label="类别"
        value={filter.kind}
        change={(kind) => { change({ kind }); }}
        choices={kinds.map((k) => ({ value: k.name, words: k.label }))}
      />
      {filter.view === "queue" ? null : (
        <Select label="状态" value={filter.state} change={(state) => { change({ state }); }} choices={states} />
      )}
    </form>
  );
}

/** Asks when the hand rests: half-typed pinyin is not a word yet. */
function WordBox({ value, change }: { value: string; change: (q: string) => void }) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const timer = useRef<number>(undefined);
  useEffect(() => {
    if (box.current && box.current !== document.activeElement) box.current.value = value;
  }, [value]);
  useEffect(() => () => { window.clearTimeout(timer.current); }, []);
  const take = (q: string): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => { change(q.trim()); }, 300);
  };
  return (
    <div className="field">
      <label htmlFor={id}>受理号或标题</label>
      <input
        id={id}
        ref={box}
        type="search"
        maxLength={100}
        defaultValue={value}
        autoComplete="off"
        onChange={(event) => {
          if (!(event.nativeEvent as InputEvent).isComposing) take(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => {
          take(event.currentTarget.value);
        }}
      />
    </div>
  );
}

interface SelectProps {
  label: string;
  value: string;
  change: (value: string) => void;
  choices: readonly { value: string; words: string }[];
}

function Select({ label, value, change, choices }: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => { change(event.currentTarget.value); }}>
        <option value="">不限</option>
        {choices.map((c) => (
          <option key={c.value} value={c.value}>
            {c.words}
          </option>
        ))}
      </select>
    </div>
  );
}
