import { Sqlite } from "../../../src/ledgers/sqlite/adapter.ts";
import {
  openDriver,
  type SqliteDriver,
  type SqliteStatement,
  type SqliteValue,
} from "../../../src/ledgers/sqlite/driver.ts";
import { migrate } from "../../../src/ledgers/sqlite/migrate.ts";

type Row = Record<string, string | number | null>;

const IN_A_TRANSACTION: Readonly<Record<string, string>> = {
  "begin immediate": "savepoint work",
  commit: "release work",
};

/** Empty databases that are used again: libsql gives back the memory of one only some time after it was closed. */
const idle: Memory[] = [];

/**
 * The disk of a ledger, in memory. What is committed is seen by everybody at once, and is durable from the next
 * {@link SimulatedDisk.sync} on; {@link SimulatedDisk.crash} loses the rest. All that is not durable lies in an open
 * transaction of a real SQLite, so that the ledger's own statements run, and nothing else.
 */
export class SimulatedDisk {
  readonly #memory: Memory;
  /** Rises with each commit, and each crash. */
  commits = 0;
  /** All up to this commit is durable. */
  durable = 0;
  #crashes = 0;

  constructor() {
    this.#memory = idle.pop() ?? new Memory();
    this.#memory.exec("begin; savepoint durable");
  }

  /** As a process has it, until the next crash. */
  open(): SqliteDriver {
    const crashes = this.#crashes;
    const alive = <T>(work: () => T): T => {
      if (crashes !== this.#crashes) throw new Error("a dead process writes to its ledger");
      return work();
    };
    return {
      exec: (sql) => alive(() => this.#exec(sql)),
      prepare: (sql) => {
        const statement = alive(() => this.#memory.prepare(sql));
        return {
          run: (values) => alive(() => statement.run(values)),
          all: (values) => alive(() => statement.all(values)),
        };
      },
      rollBack: () => alive(() => this.#memory.exec("rollback to work; release work")),
      close: () => {},
    };
  }

  sync(): void {
    this.durable = this.commits;
    this.#memory.exec("release durable; savepoint durable");
  }

  crash(): void {
    this.#crashes += 1;
    this.commits += 1;
    this.durable = this.commits;
    this.#memory.exec("rollback to durable");
  }

  /** Reads as others do. */
  rows(sql: string, values: readonly SqliteValue[] = []): Row[] {
    return this.#memory.prepare(sql).all(values) as Row[];
  }

  close(): void {
    this.#crashes += 1;
    this.#memory.exec("rollback");
    idle.push(this.#memory);
  }

  #exec(sql: string): void {
    if (/^pragma (?:busy_timeout|journal_mode|synchronous)/.test(sql)) return;
    if (sql === "commit") this.commits += 1;
    this.#memory.exec(IN_A_TRANSACTION[sql] ?? sql);
  }
}

/** A database and its statements, which take half of the time of a simulation to be prepared anew. */
class Memory {
  readonly #db = openDriver(":memory:");
  readonly #statements = new Map<string, SqliteStatement>();

  constructor() {
    migrate(new Sqlite(this.#db, "memory"));
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    const used = <T>(use: () => T): T => this.#keepIfWell(sql, use);
    const kept = {
      run: (values: readonly SqliteValue[]) => used(() => statement.run(values)),
      all: (values: readonly SqliteValue[]) => used(() => statement.all(values)),
    };
    this.#statements.set(sql, kept);
    return kept;
  }

  /** A statement that threw goes on throwing (see libsql-driver.ts). */
  #keepIfWell<T>(sql: string, use: () => T): T {
    try {
      return use();
    } catch (error) {
      this.#statements.delete(sql);
      throw error;
    }
  }
}
