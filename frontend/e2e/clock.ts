import { execFileSync } from "node:child_process";
import { join } from "node:path";

/**
 * Days cannot be waited for. What only time changes is changed in the program's own
 * database, through its socket; everything else these tests do as people do.
 */
export function timePasses(sql: string): void {
  const data = process.env.ZJCS_E2E_DATA;
  if (data === undefined) throw new Error("ZJCS_E2E_DATA 应是被测程序的数据目录");
  execFileSync("psql", ["-X", "-q", "-h", join(data, "socket"), "-U", "zjcs", "-d", "zjcs", "-v", "ON_ERROR_STOP=1", "-c", sql]);
}
