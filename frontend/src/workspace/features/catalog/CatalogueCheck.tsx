import { Alert, Button } from "antd";
import { useEffect, useRef } from "react";
import { useLocation } from "react-router";
import { dateTime } from "../../../shared/format/time";
import { Page } from "../../frame/Page";
import { CardsSkeleton, ReadFault } from "../../frame/states";
import { useCatalogue, type Item } from "./catalogue";
import { matches } from "./filter";
import { figuresOf } from "./figures";
import { ItemList } from "./ItemList";
import { Questions } from "./Questions";
import { useFilter } from "./useFilter";

const title = "事项清单体检";

/** First screen: what in the catalogue awaits confirmation, and the items behind every figure. */
export function CatalogueCheck() {
  const { data, error, refetch, dataUpdatedAt } = useCatalogue();
  if (data === undefined) {
    return (
      <Page title={title} lede={error ? "清单没有读到。" : "正在读取清单。"}>
        {error ? <ReadFault fault={error} retry={() => void refetch()} /> : <CardsSkeleton count={4} />}
      </Page>
    );
  }
  if (data.length === 0) {
    return (
      <Page title={title} lede="清单里还没有事项。">
        <p className="card">
          载入事项清单后，这里会列出哪些内容还没核实。载入方法：<code>zjcs import items 文件.csv</code>
        </p>
      </Page>
    );
  }
  return <Check items={data} readAt={dataUpdatedAt} />;
}

function Check({ items, readAt }: { items: readonly Item[]; readAt: number }) {
  const { key, hash } = useLocation();
  const list = useRef<HTMLHeadingElement>(null);
  const { filter, ignored, change } = useFilter();
  const figures = figuresOf(items);

  // A figure leads to the list: the focus goes with the reader's eye.
  useEffect(() => {
    if (hash === "#items") {
      list.current?.focus();
      list.current?.scrollIntoView();
    }
  }, [hash, key]);

  return (
    <Page
      title={title}
      lede={
        <>
          {figures.items} 项中介服务事项，还有 <b>{figures.cells.toLocaleString("zh-CN")} 处</b>
          待核实。点数字，看是哪些事项。<span className="read-at">读取于 {dateTime(readAt)}</span>
        </>
      }
      actions={
        <Button
          onClick={() => {
            window.print();
          }}
        >
          打印
        </Button>
      }
    >
      {ignored.length > 0 ? (
        <Alert type="warning" showIcon className="notice" title={`网址里的筛选条件无法识别，已忽略：${ignored.join("、")}`} />
      ) : null}
      <Questions figures={figures} />
      <ItemList
        heading={list}
        all={items}
        shown={items.filter((i) => matches(i, filter))}
        filter={filter}
        change={change}
      />
    </Page>
  );
}
