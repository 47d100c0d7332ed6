import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../../shared/api/client";
import type { Faults } from "../../frame/faults";
import { RadioField, SelectField, TextField } from "../../frame/fields";
import { regionLines, useRegions } from "../../frame/regions";
import { staffRoles, type StaffRole } from "./roles";

export interface StaffGrant {
  role: StaffRole | "";
  regionCode: string;
  sector: string;
  validUntil: string;
  reason: string;
}

export const noGrant: StaffGrant = { role: "", regionCode: "", sector: "", validUntil: "", reason: "" };

/** As the server takes it: to the end of the day named, and a sector where one is held. */
export function grantBody(g: StaffGrant & { role: StaffRole }) {
  return {
    role: g.role,
    regionCode: g.regionCode,
    reason: g.reason,
    ...(g.role === "department_officer" && g.sector !== "" ? { sector: g.sector } : {}),
    ...(g.validUntil === "" ? {} : { validUntil: `${g.validUntil}T23:59:59+08:00` }),
  };
}

export function hasRole(g: StaffGrant): g is StaffGrant & { role: StaffRole } {
  return g.role !== "";
}

interface Props {
  grant: StaffGrant;
  change: (next: StaffGrant) => void;
  faults: Faults;
}

/** Which role, over which region, of which sector, until when, and why. */
export function StaffRoleFields({ grant, change, faults }: Props) {
  const regions = useRegions();
  const sectors = useQuery({
    queryKey: ["sectors"],
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const page = await read(api.GET("/api/v1/service-items", { params: { query: { limit: 100 } }, signal }));
      return [...new Set(page.items.map((i) => i.sector))].sort((a, b) => a.localeCompare(b, "zh-CN"));
    },
  });
  const set = (name: keyof StaffGrant) => (value: string): void => { change({ ...grant, [name]: value }); };
  return (
    <>
      <RadioField label="角色" value={grant.role} change={set("role")} choices={staffRoles} fault={faults.role} />
      <SelectField
        label="管辖区划（含下级）"
        value={grant.regionCode}
        change={set("regionCode")}
        choices={regionLines(regions.data ?? []).map((r) => ({ value: r.code, words: r.words }))}
        fault={faults.regionCode}
      />
      {grant.role === "department_officer" ? (
        <SelectField
          label="主管行业"
          none="全部行业"
          value={grant.sector}
          change={set("sector")}
          choices={(sectors.data ?? []).map((s) => ({ value: s, words: s }))}
          fault={faults.sector}
        />
      ) : null}
      <TextField label="到期" type="date" optional help="不填则长期" value={grant.validUntil} change={set("validUntil")} fault={faults.validUntil} />
      <TextField label="授权理由" help="如 文号、岗位" maxLength={200} value={grant.reason} change={set("reason")} fault={faults.reason} />
    </>
  );
}
