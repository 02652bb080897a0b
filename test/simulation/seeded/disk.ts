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

/** Tables that a statement writes to. */
const WRITES = /\b(?:insert (?:or \w+ )?into|update|delete from)\s+(\w+)/gi;

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
  /** How often all, and each table, was written to. */
  #all = 0;
  readonly #writes = new Map<string, number>();

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
        const { tables } = statement;
        return {
          run: (values) => alive(() => this.#wrote(tables, statement.run(values))),
          all: (values) => alive(() => this.#wrote(tables, statement.all(values))),
        };
      },
      rollBack: () => alive(() => this.#undo("rollback to work; release work")),
      close: () => {},
    };
  }

  sync(): void {
    if (this.durable === this.commits) return;
    this.durable = this.commits;
    this.#memory.step("release durable");
    this.#memory.step("savepoint durable");
  }

  crash(): void {
    this.#crashes += 1;
    this.commits += 1;
    this.durable = this.commits;
    this.#undo("rollback to durable");
  }

  /** Rises with each write to this table that may have changed it. */
  versionOf(table: string): number {
    return this.#all + (this.#writes.get(table) ?? 0);
  }

  /** Reads as others do. */
  rows(sql: string): Row[] {
    return this.#memory.prepare(sql).all([]) as Row[];
  }

  /** Writes as a process did that ended long ago. */
  write(sql: string, values: readonly SqliteValue[]): void {
    this.#memory.prepare(sql).run(values);
    this.commits += 1;
    this.sync();
  }

  close(): void {
    this.#crashes += 1;
    this.#memory.exec("rollback");
    idle.push(this.#memory);
  }

  #exec(sql: string): void {
    if (/^pragma (?:busy_timeout|journal_mode|synchronous)/.test(sql)) return;
    if (sql === "commit") this.commits += 1;
    const step = IN_A_TRANSACTION[sql];
    if (step) this.#memory.step(step);
    else this.#undo(sql);
  }

  #wrote<T>(tables: readonly string[], result: T): T {
    if (result !== 0) for (const table of tables) this.#writes.set(table, (this.#writes.get(table) ?? 0) + 1);
    return result;
  }

  #undo(sql: string): void {
    this.#all += 1;
    this.#memory.exec(sql);
  }
}

interface KnownStatement extends SqliteStatement {
  readonly tables: readonly string[];
}

/** A database and its statements, which take half of the time of a simulation to be prepared anew. */
class Memory {
  readonly #db = openDriver(":memory:");
  readonly #statements = new Map<string, KnownStatement>();

  constructor() {
    migrate(new Sqlite(this.#db, "memory"));
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  /** Runs one statement without parameters and results. */
  step(sql: string): void {
    this.prepare(sql).run([]);
  }

  prepare(sql: string): KnownStatement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    const used = <T>(use: () => T): T => this.#keepIfWell(sql, use);
    const kept = {
      tables: [...sql.matchAll(WRITES)].map(([, table = ""]) => table),
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
