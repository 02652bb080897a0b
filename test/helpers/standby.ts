import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { embeddedPostgres, freePort, type OwnPostgres, query } from "./own-postgres.ts";

/** A server that follows another one, statement by statement, until it takes its place. */
export interface Standby {
  readonly port: number;
  /** From now on it can be written. */
  promote(): Promise<void>;
  /** Ends it and removes its files. */
  dispose(): Promise<void>;
}

const urlOf = (port: number) => `postgres://postgres:secret@127.0.0.1:${port}/postgres`;

/** Starts a standby of a server; from then on the server answers no commit that its standby does not have. */
export async function startStandby(primary: OwnPostgres): Promise<Standby> {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-standby-"));
  chmodSync(folder, 0o755);
  const [data, port] = [join(folder, "data"), await freePort()];
  await primary.stop();
  execFileSync("cp", ["-a", join(primary.folder, "data"), data]);
  await primary.start();
  follow(data, primary.port);
  const EmbeddedPostgres = await embeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: "postgres",
    password: "secret",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ["-h", "127.0.0.1", "-c", "fsync=off", "-c", "unix_socket_directories="],
    onLog: () => {},
    onError: () => {},
  });
  // It says only once it was promoted that it takes connections, as the package understands it.
  const started = server.start().catch(() => {});
  await answers(port, "select pg_is_in_recovery() as it");
  for (const setting of ["synchronous_standby_names = '*'", "synchronous_commit = 'remote_apply'"])
    await query(urlOf(primary.port), `alter system set ${setting}`);
  await query(urlOf(primary.port), "select pg_reload_conf()");
  await answers(primary.port, "select count(*) > 0 as it from pg_stat_replication where sync_state = 'sync'");
  return {
    port,
    promote: async () => {
      await query(urlOf(port), "select pg_promote()");
      await started;
    },
    dispose: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Has the copy of a server's files follow it. */
function follow(data: string, port: number): void {
  const { uid, gid } = statSync(data);
  const files = {
    "standby.signal": "",
    "postgresql.auto.conf": `primary_conninfo = 'host=127.0.0.1 port=${port} user=postgres password=secret'\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(data, name), text, { flag: "a" });
    chownSync(join(data, name), uid, gid);
  }
}

async function answers(port: number, question: string): Promise<void> {
  for (;;) {
    const [row] = await query<{ it: boolean }>(urlOf(port), question).catch(() => []);
    if (row?.it) return;
    await delay(100);
  }
}

/** Ends a server as if its machine had lost its power: nobody is told anything. */
export async function crash({ folder, port }: OwnPostgres): Promise<void> {
  const [pid] = readFileSync(join(folder, "data", "postmaster.pid"), "utf8").split("\n");
  process.kill(Number(pid), "SIGQUIT");
  while (
    await query(urlOf(port), "select 1").then(
      () => true,
      () => false,
    )
  )
    await delay(20);
}

/** An address that leads to one server, and then to another, as that of a cluster does. */
export async function startSwitch(first: number) {
  let [target, instead] = [first, 0];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on("data", (sent) => {
      if (instead > 0 && sent.includes("commit\0")) leadTo(instead);
    });
    const there = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [socket, there],
      [there, socket],
    ] as const) {
      open.add(one);
      one
        .on("error", () => {})
        .on("close", () => {
          open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const end = () => {
    for (const each of open) each.destroy();
  };
  const leadTo = (port: number) => {
    [target, instead] = [port, 0];
    end();
  };
  return {
    port: (server.address() as AddressInfo).port,
    /** Those that are connected are cut off. */
    leadTo,
    /** The same, in the place of the next commit, which nobody gets. */
    loseCommit: (port: number) => {
      instead = port;
    },
    close: () => {
      server.close();
      end();
    },
  };
}
