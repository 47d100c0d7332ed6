import { Button } from "antd";
import { useState, type Ref } from "react";
import { download } from "../../../shared/format/csv";
import { compactDate } from "../../../shared/format/time";
import type { Item } from "./catalogue";
import { FilterBar } from "./FilterBar";
import { filterWords, writeFilter, type Filter } from "./filter";
import { itemCsv } from "./itemCsv";
import { ItemTable } from "./ItemTable";

interface ItemListProps {
  heading: Ref<HTMLHeadingElement>;
  all: readonly Item[];
  shown: readonly Item[];
  filter: Filter;
  change: (next: Filter) => void;
}

/** A phone's screen holds a few rows; printing always takes them all. */
const step = 20;

const noFilter: Filter = { q: "", sector: "", unverified: "", basis: "", payer: "", timeLimit: "" };

/** The items behind the figures: filters, their count in words, the table, and the file. */
export function ItemList({ heading, all, shown, filter, change }: ItemListProps) {
  const narrowed = writeFilter(filter) !== "";
  // Rows unfolded belong to one filter; another filter begins folded again.
  const [unfolded, setUnfolded] = useState({ under: "", rows: step });
  const under = writeFilter(filter);
  const rows = unfolded.under === under ? unfolded.rows : step;

  return (
    <section className="card list" aria-labelledby="items">
      <div className="list-head">
        <h2 id="items" tabIndex={-1} ref={heading}>
          {narrowed ? filterWords(filter).join("，") : "全部事项"}
        </h2>
        <Button
          disabled={shown.length === 0}
          onClick={() => {
            download(`事项清单体检-${compactDate(Date.now())}.csv`, itemCsv(shown));
          }}
        >
          下载 CSV
        </Button>
      </div>
      <FilterBar all={all} filter={filter} change={change} />
      <div className="list-count">
        <p role="status">
          共 <b>{shown.length}</b> 项
        </p>
        {narrowed ? (
          <Button
            type="link"
            onClick={() => {
              change(noFilter);
            }}
          >
            清除筛选
          </Button>
        ) : null}
      </div>
      {shown.length === 0 ? (
        <p className="empty">没有符合条件的事项。去掉一个条件再试。</p>
      ) : (
        <ItemTable items={shown} rows={rows} />
      )}
      {rows < shown.length ? (
        <p className="unfold">
          <Button
            onClick={() => {
              setUnfolded({ under, rows: shown.length });
            }}
          >
            显示其余 {shown.length - rows} 项
          </Button>
        </p>
      ) : null}
    </section>
  );
}
