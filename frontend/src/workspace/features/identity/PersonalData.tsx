import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { downloadAs } from "../../../shared/format/csv";
import { compactDate } from "../../../shared/format/time";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { AreaField } from "../../frame/fields";

/** A person's rights over what is kept about them (个人信息保护法第45、47条). */
export function PersonalData() {
  const [erasing, setErasing] = useState(false);
  const take = useMutation({
    gcTime: 0,
    mutationFn: () => read(api.GET("/api/v1/me/data")),
    onSuccess: (data) => {
      downloadAs(`我的个人信息-${compactDate(Date.now())}.json`, JSON.stringify(data, null, 2), "application/json");
    },
  });
  return (
    <section className="card" aria-labelledby="data">
      <h2 id="data">我的个人信息</h2>
      <p className="tell">可以带走平台保存的关于您的全部内容，也可以申请删除。依法须保留的（如办理过程、审计日志）除外。</p>
      <ActFault fault={take.error} />
      <div className="form-actions">
        <Button loading={take.isPending} onClick={() => { take.mutate(); }}>下载我的全部信息</Button>
        <Button onClick={() => { setErasing(true); }}>申请注销并删除</Button>
      </div>
      {erasing ? <Erase close={() => { setErasing(false); }} /> : null}
    </section>
  );
}

function Erase({ close }: { close: () => void }) {
  const [note, setNote] = useState("");
  const ask = useMutation({ mutationFn: () => read(api.POST("/api/v1/me/erasure", { body: note.trim() === "" ? {} : { note: note.trim() } })) });
  return (
    <Dialog title="申请注销账号、删除个人信息" close={close}>
      {ask.data === undefined ? (
        <form onSubmit={(event) => { event.preventDefault(); ask.mutate(); }}>
          <p>管理员办理后，您将不能再用这个账号登录，姓名、电话、邮箱、身份证号等会删除，不能恢复。</p>
          <ActFault fault={ask.error} />
          <AreaField label="说明" optional maxLength={500} value={note} change={setNote} />
          <div className="form-actions">
            <Button type="primary" danger htmlType="submit" loading={ask.isPending}>提交申请</Button>
            <Button onClick={close}>不申请了</Button>
          </div>
        </form>
      ) : (
        <>
          <p role="status">{ask.data.message}</p>
          <Button onClick={close}>知道了</Button>
        </>
      )}
    </Dialog>
  );
}
