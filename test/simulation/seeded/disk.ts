import type { SqliteValue } from "../../../src/ledgers/sqlite/driver.ts";
import { openDriver, type SqliteDriver } from "../../../src/ledgers/sqlite/driver.ts";

type Row = Record<string, string | number | null>;

const IN_A_TRANSACTION: Readonly<Record<string, string>> = {
  "begin immediate": "savepoint work",
  commit: "release work",
};

/**
 * The disk of a ledger, in memory. What is committed is seen by everybody at once, and is durable from the next
 * {@link SimulatedDisk.sync} on; {@link SimulatedDisk.crash} loses the rest. All that is not durable lies in one open
 * transaction of a real SQLite, so that the ledger's own statements run, and nothing else.
 */
export class SimulatedDisk {
  readonly #db: SqliteDriver;
  readonly #statements = new Map<string, ReturnType<SqliteDriver["prepare"]>>();
  /** Rises with each commit, and each crash. */
  commits = 0;
  /** All up to this commit is durable. */
  durable = 0;
  #crashes = 0;

  constructor() {
    this.#db = openDriver(":memory:");
    this.#db.exec("begin");
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
        const statement = alive(() => this.#db.prepare(sql));
        return {
          run: (values) => alive(() => statement.run(values)),
          all: (values) => alive(() => statement.all(values)),
        };
      },
      rollBack: () => alive(() => this.#db.exec("rollback to work; release work")),
      close: () => {},
    };
  }

  sync(): void {
    this.durable = this.commits;
    this.#db.exec("commit; begin");
  }

  crash(): void {
    this.#crashes += 1;
    this.commits += 1;
    this.durable = this.commits;
    this.#db.exec("rollback; begin");
  }

  /** Reads as others do. */
  rows(sql: string, values: readonly SqliteValue[] = []): Row[] {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement.all(values) as Row[];
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #exec(sql: string): void {
    if (/^pragma (?:busy_timeout|journal_mode|synchronous)/.test(sql)) return;
    if (sql === "commit") this.commits += 1;
    this.#db.exec(IN_A_TRANSACTION[sql] ?? sql);
  }
}
