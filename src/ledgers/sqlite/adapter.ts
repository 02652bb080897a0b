import Libsql from "libsql";
import { asLedgerError } from "./errors.ts";

/** What may be bound. Booleans become 0 and 1, undefined becomes NULL. */
type Value = string | number | bigint | boolean | null | undefined;
export type Params = Readonly<Record<string, Value>>;

type Bound = string | number | bigint | null;

interface Prepared {
  readonly statement: Libsql.Statement<[Bound[]]>;
  /** Names of the parameters, in the order in which they are bound. */
  readonly names: readonly string[];
}

/**
 * libsql, tamed. It binds every number as REAL (an id would read `5.0` in a text column), aborts the process on a
 * boolean, Date or object, and keeps throwing from a statement's `.get()` after a constraint error: so values are
 * coerced here, only `.all` and `.run` are used, and a statement that threw is forgotten.
 * Every error of SQLite leaves as LedgerError.
 */
export class Sqlite {
  /** The file as people know it. */
  readonly place: string;
  #opening = true;
  readonly #db: Libsql.Database;
  readonly #statements = new Map<string, Prepared>();

  constructor(file: string, place: string) {
    this.place = place;
    this.#db = this.#guard(() => new Libsql(file));
  }

  /**
   * Readers go on while we write (WAL), and each commit is on the disk before it returns (FULL): an attempt before its
   * call, an id before its use. Another program that writes too is waited for.
   */
  prepareForWriting(): void {
    this.exec("pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full");
  }

  /** From now on an error is one that happened under way: exit code 1, no longer 2. */
  opened(): void {
    this.#opening = false;
  }

  /** Statements without parameters and without results. */
  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  /** Number of rows changed. Names in `sql` are written `:name`; parameters that `sql` does not name are ignored. */
  run(sql: string, params: Params = {}): number {
    return this.#with(sql, ({ statement, names }) => statement.run(bind(names, params)).changes);
  }

  all<Row>(sql: string, params: Params = {}): Row[] {
    return this.#with(sql, ({ statement, names }) => statement.all(bind(names, params)) as Row[]);
  }

  one<Row>(sql: string, params: Params = {}): Row | undefined {
    return this.all<Row>(sql, params)[0];
  }

  /** Runs `work` as one BEGIN IMMEDIATE transaction: all of it, durably, or nothing. */
  transaction<T>(work: () => T): T {
    this.exec("begin immediate");
    try {
      const result = work();
      this.exec("commit");
      return result;
    } catch (error) {
      if (this.#db.inTransaction) this.exec("rollback");
      throw error;
    }
  }

  /**
   * Closes the file. libsql frees statements only when they are collected and keeps the connection until then, so the
   * write-ahead log is folded back in here; it stays when a reader is in the way, and goes with the next close.
   */
  close(): void {
    try {
      this.exec("pragma busy_timeout = 200; pragma wal_checkpoint(truncate); pragma journal_mode = delete");
    } catch {
      // Everything is durable in the log already.
    }
    this.leave();
  }

  /** Closes a file of which nothing but reading was wanted, and leaves its log to the process that writes. */
  leave(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #with<T>(sql: string, use: (prepared: Prepared) => T): T {
    const prepared = this.#statements.get(sql) ?? this.#prepare(sql);
    try {
      return use(prepared);
    } catch (error) {
      this.#statements.delete(sql);
      throw asLedgerError(this.place, error, this.#opening);
    }
  }

  #prepare(sql: string): Prepared {
    return this.#guard(() => {
      const { text, names } = numbered(sql);
      const prepared = { statement: this.#db.prepare<[Bound[]]>(text), names };
      this.#statements.set(sql, prepared);
      return prepared;
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asLedgerError(this.place, error, this.#opening);
    }
  }
}

const NAME_OR_QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|:([a-z]\w*)/gi;

/** Names become numbers once, for libsql looks names up one by one at each call. */
function numbered(sql: string): { text: string; names: string[] } {
  const names: string[] = [];
  const text = sql.replace(NAME_OR_QUOTED, (token, name?: string) => {
    if (name === undefined) return token;
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  return { text, names };
}

function bind(names: readonly string[], params: Params): Bound[] {
  return names.map((name) => coerce(params[name]));
}

function coerce(value: Value): Bound {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : finite(value);
  if (typeof value === "string" || typeof value === "bigint") return value;
  throw new TypeError(`cannot bind ${typeof value}`);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`cannot bind ${value}`);
  return value;
}
