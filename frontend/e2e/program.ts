import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const binary = join(import.meta.dirname, "../../bin/zjcs");

/** Of this run alone; the workers sign in with it. */
const samplePassword = `e2e-${randomUUID()}`;

/** A new database is created, migrated and filled with the demo market before the program is ready. */
const startLimit = 120_000;
const stopLimit = 30_000;

/** Starts `zjcs --demo serve` on a free port with data of its own; the function returned stops it. */
export default async function start(): Promise<() => Promise<void>> {
  if (process.env.ZJCS_E2E_URL !== undefined) return () => Promise.resolve();
  if (!existsSync(binary)) throw new Error(`没有 ${binary}，请先运行 make build`);

  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const data = mkdtempSync(join(tmpdir(), "zjcs-e2e-"));
  chmodSync(data, 0o755); // under root, PostgreSQL runs as someone else and must walk in
  const said: string[] = [];
  const program = spawn(binary, ["--demo", "serve"], {
    env: {
      ...process.env,
      ZJCS_ADDR: address,
      ZJCS_PUBLIC_URL: url,
      ZJCS_DATA_DIR: data,
      ZJCS_METRICS_ADDR: "127.0.0.1:0", // any free port: another program may have the default one
      ZJCS_LOG_LEVEL: "warn",
      ZJCS_DEMO_PASSWORD: samplePassword,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (text: Buffer) => said.push(text.toString()));

  try {
    await ready(program, url);
  } catch (fault) {
    await stop(program);
    rmSync(data, { recursive: true, force: true });
    throw new Error(`程序没有启动：${String(fault)}\n${said.join("")}`, { cause: fault });
  }
  process.env.ZJCS_E2E_URL = url;
  process.env.ZJCS_DEMO_PASSWORD = samplePassword;
  process.env.ZJCS_E2E_DATA = data;
  return async () => {
    await stop(program);
    rmSync(data, { recursive: true, force: true });
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const at = probe.address();
      probe.close(() => {
        if (at !== null && typeof at === "object") resolve(at.port);
        else reject(new Error("没有空闲端口"));
      });
    });
  });
}

/** Asks until the program says it can serve; it, too, may end instead. */
async function ready(program: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + startLimit;
  const ended = new Promise<never>((_, reject) => {
    program.once("error", reject);
    program.once("exit", (code) => {
      reject(new Error(`退出码 ${String(code)}`));
    });
  });
  for (;;) {
    const asked = fetch(`${url}/readyz`).then(
      (r) => r.ok,
      () => false,
    );
    if (await Promise.race([asked, ended])) return;
    if (Date.now() > until) throw new Error(`${startLimit / 1000} 秒内没有就绪`);
    await Promise.race([new Promise((again) => setTimeout(again, 100)), ended]);
  }
}

/** Asks the program to stop, and ends it when it does not. */
async function stop(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = new Promise((resolve) => program.once("exit", resolve));
  program.kill("SIGTERM");
  const force = setTimeout(() => program.kill("SIGKILL"), stopLimit);
  await ended;
  clearTimeout(force);
}
