import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useNavigate } from "react-router";
import { api, read } from "../../../shared/api/client";
import { ActFault } from "../../frame/Act";
import { may, useMe } from "../../frame/me";
import { useStep, type MyDetail } from "./procurements";

const after = new Set(["awarded", "contracted", "in_service", "delivered", "accepted", "evaluated"]);

/** Leads from an award to its contract: drafts it, or opens the one that is there. */
export function ContractLink({ d }: { d: MyDetail }) {
  const { data: me } = useMe();
  const navigate = useNavigate();
  const open = useStep(() => read(api.POST("/api/v1/procurements/{id}/contract", { params: { path: { id: d.id } } })), (c) => void navigate(`/contracts/${c.id}`));
  const party = d.sides.includes("purchaser") || (d.sides.includes("agency") && d.own?.state === "selected");
  const found = useQuery({
    queryKey: ["contracts", "of", d.id],
    enabled: after.has(d.state) && !party && me !== undefined && may(me, "contract:read"),
    retry: false,
    queryFn: ({ signal }) => read(api.GET("/api/v1/procurements/{id}/contract", { params: { path: { id: d.id } }, signal })),
  });
  if (!after.has(d.state)) return null;
  if (!party) {
    return found.data === undefined ? null : (
      <p>
        合同 {found.data.number}：{found.data.stateLabel}
      </p>
    );
  }
  return (
    <div className="form-actions">
      <ActFault fault={open.error} />
      <Button type="primary" loading={open.isPending} onClick={() => { open.mutate(undefined); }}>
        {d.state === "awarded" ? "起草或打开合同" : "打开合同"}
      </Button>
    </div>
  );
}
