import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Tag } from "antd";
import { Link, useParams } from "react-router";
import { api, read, Refusal } from "../../../shared/api/client";
import { size } from "../../../shared/format/size";
import { ActFault } from "../../frame/Act";
import { Page } from "../../frame/Page";
import { PageSkeleton, ReadFault } from "../../frame/states";
import { kinds, stateTone, underWay, useDelivery, type Delivery as Handed, type Preview } from "./deliveries";
import { Faults, Rows } from "./PreviewTables";

/** One table: what it would do, the button to take it in, and what it did. */
export function Delivery() {
  const { id = "" } = useParams();
  const { data: d, error, refetch } = useDelivery(id);
  if (d === undefined) {
    const none = error instanceof Refusal && (error.status === 404 || error.status === 422);
    return (
      <Page title={none ? "没有这次归集" : "归集"} lede="">
        {none ? <p><Link to="/deliveries">返回数据归集</Link></p> : error ? <ReadFault fault={error} retry={() => void refetch()} /> : <PageSkeleton />}
      </Page>
    );
  }
  return (
    <Page
      title={d.fileName}
      lede={
        <span className="submission-head">
          <Tag color={stateTone[d.state]}>{d.stateLabel}</Tag>
          <span>{kinds.find((k) => k.value === d.kind)?.words}</span>
          <span>来源 {d.source}</span>
          <span>{d.number}</span>
          <span>{size(d.size)}，SHA-256 {d.sha256.slice(0, 16)}…</span>
        </span>
      }
    >
      <Standing delivery={d} />
      {d.preview === undefined || d.state === "reading" ? null : <PreviewParts id={d.id} preview={d.preview} />}
      <p className="card-more">
        <Link to="/deliveries">返回数据归集</Link>
      </p>
    </Page>
  );
}

function Standing({ delivery: d }: { delivery: Handed }) {
  if (underWay(d)) {
    const share = d.progress.of > 0 ? d.progress.bytes / d.progress.of : 0;
    return (
      <section className="card" role="status">
        <p>
          {d.state === "reading" ? "正在读取" : "正在导入"}，已处理 {d.progress.rows.toLocaleString("zh-CN")} 行。可以离开，完成后在列表里看结果。
        </p>
        <progress className="long" value={share} max={1} aria-label="进度" />
      </section>
    );
  }
  if (d.state === "ready" && d.preview !== undefined) return <Confirm delivery={d} preview={d.preview} />;
  if (d.state === "done" && d.result !== undefined) {
    const c = d.result.counts;
    return (
      <Alert
        className="notice"
        type="success"
        showIcon
        title={`已导入：新增 ${c.new}，改动 ${c.changed}，不变 ${c.unchanged}，有错没有导入 ${c.failed}`}
        description={d.result.differs ? "预览之后数据有变，导入按现在的数据重新判断，结果与预览不同。" : undefined}
      />
    );
  }
  return <Alert className="notice" type={d.state === "expired" ? "warning" : "error"} showIcon title={d.stateLabel} description={d.failure ?? "请重新提交。"} />;
}

function Confirm({ delivery: d, preview }: { delivery: Handed; preview: Preview }) {
  const client = useQueryClient();
  const confirm = useMutation({
    mutationFn: () => read(api.PUT("/api/v1/deliveries/{id}/confirm", { params: { path: { id: d.id } } })),
    onSuccess: (now) => {
      client.setQueryData(["delivery", d.id], now);
      // What was taken in shows everywhere.
      void client.invalidateQueries({ predicate: (q) => q.queryKey[0] !== "delivery" && q.queryKey[0] !== "audit-log" });
    },
  });
  const { counts: c } = preview;
  const work = c.new + c.changed;
  return (
    <section className="card" aria-labelledby="confirm">
      <h2 id="confirm">{work === 0 ? "没有要写入的" : `确认后写入 ${work.toLocaleString("zh-CN")} 行`}</h2>
      <dl className="tally">
        <div><dt>读到</dt><dd>{c.read.toLocaleString("zh-CN")}</dd></div>
        <div><dt>新增</dt><dd>{c.new.toLocaleString("zh-CN")}</dd></div>
        <div><dt>改动</dt><dd>{c.changed.toLocaleString("zh-CN")}</dd></div>
        <div><dt>不变</dt><dd>{c.unchanged.toLocaleString("zh-CN")}</dd></div>
        <div className={c.failed > 0 ? "seal-words" : undefined}><dt>有错，不导入</dt><dd>{c.failed.toLocaleString("zh-CN")}</dd></div>
      </dl>
      {preview.unknownColumns.length > 0 ? <p className="tell">认不出的列，已忽略：{preview.unknownColumns.join("、")}</p> : null}
      {preview.ignoredSheets.length > 0 ? <p className="tell">只读第一张工作表，其余忽略：{preview.ignoredSheets.join("、")}</p> : null}
      <ActFault fault={confirm.error} />
      <div className="form-actions">
        <Button type="primary" size="large" disabled={work === 0} loading={confirm.isPending} onClick={() => { confirm.mutate(); }}>确认导入</Button>
        <span className="tell">有错的行不影响其他行。导入时按当时的数据再判断一次。</span>
      </div>
    </section>
  );
}

function PreviewParts({ id, preview }: { id: string; preview: Preview }) {
  return (
    <>
      {preview.counts.failed > 0 ? <Faults id={id} preview={preview} /> : null}
      <Rows title="改动" total={preview.counts.changed} rows={preview.changed} />
      <Rows title="新增" total={preview.counts.new} rows={preview.new} />
    </>
  );
}
