import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Ticks of a process's CPU in a second. */
const TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
/** Those of these programs name tables without their schema, which prewarm does not. */
const STATEMENTS = `select query, calls::float8 as calls, total_exec_time::float8 as ms from pg_stat_statements
  where query !~ 'pg_stat_|^create extension|from (media_cache|prewarm_processes)'`;
const CONNECTIONS = "select count(*)::int as n from pg_stat_activity where application_name = 'prewarm'";

/** What processes, and their children that ended, used so far, in seconds of CPU. */
function cpuOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    return fields.slice(11, 15).reduce((sum, each) => sum + each, 0) / TICKS;
  } catch {
    return 0;
  }
}

function childrenOf(pid) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const text = readFileSync(`/proc/${name}/stat`, "utf8");
        return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]) === pid;
      } catch {
        return false;
      }
    });
}

/** Measures what workers and their database do from one moment to another. */
export class Meter {
  #scene;
  #connections = 0;
  #timer;
  #before;

  constructor(scene) {
    this.#scene = scene;
  }

  async begin() {
    const { database } = this.#scene;
    this.#connections = 0;
    this.#timer = setInterval(() => {
      database
        .query(CONNECTIONS)
        .then(([{ n }]) => {
          this.#connections = Math.max(this.#connections, n);
        })
        .catch(() => {});
    }, 3_000);
    this.#before = await this.#now();
  }

  /** Seconds of CPU of the workers and of the server, statements by their text, and the most connections at one time. */
  async end() {
    clearInterval(this.#timer);
    const [from, to] = [this.#before, await this.#now()];
    const statements = [...to.statements]
      .map(([query, { calls, ms }]) => {
        const before = from.statements.get(query) ?? { calls: 0, ms: 0 };
        return { query, calls: calls - before.calls, ms: ms - before.ms };
      })
      .filter(({ calls }) => calls > 0)
      .sort((a, b) => b.calls - a.calls);
    return {
      seconds: (to.at - from.at) / 1000,
      workersCpu: to.workers - from.workers,
      serverCpu: to.server - from.server,
      statements,
      calls: statements.reduce((sum, { calls }) => sum + calls, 0),
      connections: this.#connections,
    };
  }

  async #now() {
    const { database, workers } = this.#scene;
    const rows = await database.query(STATEMENTS);
    const statements = new Map();
    for (const { query, calls, ms } of rows) {
      const known = statements.get(query) ?? { calls: 0, ms: 0 };
      statements.set(query, { calls: known.calls + calls, ms: known.ms + ms });
    }
    const server = database.pid();
    return {
      at: Date.now(),
      statements,
      workers: [...workers.live.values()].reduce((sum, { pid }) => sum + cpuOf(pid), 0),
      // Those of connections that ended are among the server's own.
      server: [server, ...childrenOf(server)].reduce((sum, pid) => sum + cpuOf(pid), 0),
    };
  }
}
