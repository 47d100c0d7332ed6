import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Button, Tag } from "antd";
import { useId, useState } from "react";
import { Link, useNavigate } from "react-router";
import { size } from "../../../shared/format/size";
import { dateTime } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { faultsOf } from "../../frame/faults";
import { Fault, RadioField, TextField } from "../../frame/fields";
import { Page } from "../../frame/Page";
import { ReadFault, RowsSkeleton } from "../../frame/states";
import { handIn, kinds, stateTone, useDeliveries } from "./deliveries";

/** Tables from departments and counties: handed in, looked at, then taken in. */
export function Deliveries() {
  return (
    <Page title="数据归集" lede="把部门、区县的表格导入平台。先看预览：哪些新增、哪些改动、哪些行有错；确认后才写入。">
      <HandIn />
      <Handed />
    </Page>
  );
}

function HandIn() {
  const [kind, setKind] = useState("agencies");
  const [source, setSource] = useState("");
  const [file, setFile] = useState<File>();
  const [share, setShare] = useState<number>();
  const id = useId();
  const client = useQueryClient();
  const navigate = useNavigate();
  const send = useMutation({
    mutationFn: () => {
      if (file === undefined) throw new Error("请选择文件");
      return handIn(kind, source.trim(), file, setShare);
    },
    onSettled: () => { setShare(undefined); },
    onSuccess: (d) => {
      client.setQueryData(["delivery", d.id], d);
      void client.invalidateQueries({ queryKey: ["deliveries"] });
      void navigate(`/deliveries/${d.id}`);
    },
  });
  const faults = faultsOf(send.error);
  return (
    <section className="card" aria-labelledby="hand-in">
      <h2 id="hand-in">导入一张表</h2>
      <form noValidate onSubmit={(event) => { event.preventDefault(); send.mutate(); }}>
        <RadioField label="表里是什么" value={kind} change={setKind} choices={kinds} fault={faults.kind} />
        <p className="tell templates">
          没有表？下载模板：
          {kinds.map((k) => (
            <a key={k.value} className="template" href={`/api/v1/delivery-templates/${k.value}.xlsx`} download>
              {k.words}
            </a>
          ))}
        </p>
        <TextField label="提供数据的单位" help="写入每一条数据的来源，如 市水利局" maxLength={100} value={source} change={setSource} fault={faults.source} />
        <div className={faults.file === undefined ? "entry" : "entry faulty"}>
          <label htmlFor={id}>文件</label>
          <p className="help">.xlsx（32 MB 以内）或 .csv。列的顺序不限，认得表头就行。</p>
          <p className="file-actions">
            <input
              id={id}
              className="file-box"
              type="file"
              accept=".xlsx,.csv"
              onChange={(event) => { setFile(event.currentTarget.files?.[0]); }}
            />
            <label htmlFor={id} className="file-button">{file === undefined ? "选择文件" : "换一个文件"}</label>
            <span role="status">{file === undefined ? "" : `${file.name}，${size(file.size)}`}</span>
          </p>
          <Fault id={id} fault={faults.file} />
        </div>
        <ActFault fault={send.error} />
        {share === undefined ? null : (
          <p role="status">
            正在上传 {Math.round(share * 100)}% <progress value={share} max={1} aria-label="上传进度" />
          </p>
        )}
        <div className="form-actions">
          <Button type="primary" htmlType="submit" loading={send.isPending} disabled={file === undefined || source.trim() === ""}>
            看预览
          </Button>
          <span className="tell">看预览不会写入任何数据。</span>
        </div>
      </form>
    </section>
  );
}

function Handed() {
  const list = useDeliveries();
  const rows = list.data?.pages.flatMap((p) => p.items);
  return (
    <section className="card list" aria-labelledby="handed">
      <h2 id="handed">我提交的</h2>
      {rows === undefined ? (
        list.error ? <ReadFault fault={list.error} retry={() => void list.refetch()} /> : <RowsSkeleton rows={4} />
      ) : rows.length === 0 ? (
        <p className="empty">还没有提交过。提交后，每一次的结果都在这里。</p>
      ) : (
        <table className="rows-table">
          <thead>
            <tr>
              <th scope="col">文件</th>
              <th scope="col">类别</th>
              <th scope="col">状态</th>
              <th scope="col" className="number">新增</th>
              <th scope="col" className="number">改动</th>
              <th scope="col" className="number">有错</th>
              <th scope="col">提交</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((d) => {
              const counts = d.result?.counts ?? d.preview?.counts;
              return (
                <tr key={d.id}>
                  <th scope="row">
                    <Link to={`/deliveries/${d.id}`}>{d.fileName}</Link>
                    <small>
                      {d.source} · {d.number} · {size(d.size)}
                    </small>
                  </th>
                  <td>{kinds.find((k) => k.value === d.kind)?.words}</td>
                  <td>
                    <Tag color={stateTone[d.state]}>{d.stateLabel}</Tag>
                  </td>
                  <td className="number" data-label="新增">{counts?.new.toLocaleString("zh-CN")}</td>
                  <td className="number" data-label="改动">{counts?.changed.toLocaleString("zh-CN")}</td>
                  <td className="number" data-label="有错">{counts?.failed.toLocaleString("zh-CN")}</td>
                  <td>{dateTime(d.createdAt)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {list.hasNextPage ? (
        <p className="unfold">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>再看 20 次</Button>
        </p>
      ) : null}
    </section>
  );
}
