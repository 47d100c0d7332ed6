import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { Dialog } from "../../frame/Dialog";
import { faultsOf } from "../../frame/faults";
import { TextField } from "../../frame/fields";

/** One masked value in full, for a reason that is kept; it is gone when the page is left. */
export function Reveal({ id, path, label }: { id: string; path: string; label: string }) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const reveal = useMutation({
    gcTime: 0,
    mutationFn: () =>
      read(api.POST("/api/v1/submissions/{id}/reveals", { params: { path: { id } }, body: { field: path, reason: reason.trim() } })),
    onSuccess: () => {
      setAsking(false);
    },
  });
  if (reveal.data !== undefined) {
    return (
      <span className="revealed">
        <b>{reveal.data.value}</b> <small>本次查看已留痕</small>
      </span>
    );
  }
  return (
    <>
      <button
        type="button"
        className="reason-open"
        onClick={() => {
          setAsking(true);
        }}
      >
        查看完整<span className="visually-hidden">{label}</span>
      </button>
      {asking ? (
        <Dialog
          title={`查看完整的${label}`}
          close={() => {
            setAsking(false);
          }}
        >
          <form
            onSubmit={(event) => {
              event.preventDefault();
              reveal.mutate();
            }}
          >
            <p>这是个人敏感信息。谁、何时、因何查看会记入审计日志（个人信息保护法第二十八条）。</p>
            <ActFault fault={reveal.error} />
            <TextField
              label="查看理由"
              help="4 到 200 个字，如“核对与身份证复印件是否一致”"
              maxLength={200}
              value={reason}
              change={setReason}
              fault={faultsOf(reveal.error).reason}
            />
            <div className="form-actions">
              <Button type="primary" htmlType="submit" loading={reveal.isPending} disabled={reason.trim().length < 4}>
                查看
              </Button>
              <Button
                onClick={() => {
                  setAsking(false);
                }}
              >
                不看了
              </Button>
            </div>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}
