import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, query } from "./own-postgres.ts";
import { has } from "./program.ts";

/** A pgbouncer that gives out connections to a server by transaction. */
export interface Pooler {
  /** The URL of a database through it. */
  through(url: string): string;
  /** What it has written down so far. */
  log(): string;
  dispose(): Promise<void>;
}

/** Debian puts it where only root looks. */
const PLACES = ["pgbouncer", "/usr/sbin/pgbouncer"];

/** Fewer than prewarm opens, so that two transactions of one connection seldom have the same one of the server. */
const CONNECTIONS = 3;

/** Starts a pgbouncer in front of the server of `url`, with its user; a text says why there is none here. */
export async function startPooler(url: string): Promise<Pooler | string> {
  const program = PLACES.find(has);
  if (program === undefined) return "no pgbouncer is installed here (apt-get install pgbouncer)";
  const { hostname, port, username, password } = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), "prewarm-pgbouncer-"));
  chmodSync(folder, 0o755);
  const listens = await freePort();
  writeFileSync(join(folder, "users.txt"), `"${username}" "${password}"\n`);
  const config = join(folder, "pgbouncer.ini");
  writeFileSync(config, configOf(`host=${hostname} port=${port}`, listens, folder));
  const said = { text: "" };
  const child = spawn(program, [config], whoRuns());
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said.text += text;
    });
  const pooler: Pooler = {
    through: (direct) => direct.replace(`${hostname}:${port}`, `127.0.0.1:${listens}`),
    log: () => said.text,
    dispose: () => ended(child, folder),
  };
  for (let isUp = false; !isUp; ) {
    if (child.exitCode !== null) {
      rmSync(folder, { recursive: true, force: true });
      return `pgbouncer ended: ${said.text}`;
    }
    isUp = await query(pooler.through(url), "select 1").then(
      () => true,
      () => delay(20).then(() => false),
    );
  }
  return pooler;
}

function configOf(server: string, port: number, folder: string): string {
  return `[databases]
* = ${server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, "users.txt")}
pool_mode = transaction
default_pool_size = ${CONNECTIONS}
`;
}

async function ended(child: ChildProcess, folder: string): Promise<void> {
  const exit = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  if (child.exitCode === null && child.kill("SIGTERM")) await exit;
  rmSync(folder, { recursive: true, force: true });
}

/** It refuses to run as root: then it runs as the user that the server runs as. */
function whoRuns(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}
