import { LedgerError } from "../error.ts";
import { type BoundValue, Moment, type Params, type Statement, type Steps } from "../sql/steps.ts";
import { openDriver, type SqliteDriver, type SqliteStatement, type SqliteValue } from "./driver.ts";
import { asLedgerError, unreadable } from "./errors.ts";
import { strangeRow } from "./strange-rows.ts";

interface PreparedStatement {
  readonly statement: SqliteStatement;
  /** Names of the parameters, in the order in which they are bound. */
  readonly names: readonly string[];
}

/**
 * A database over SQLite. The drivers bind every number as REAL (an id in a text column would read `5.0`), so values are
 * coerced here; a statement that threw is dropped. Every error of SQLite is thrown as LedgerError.
 */
export class Sqlite {
  /** The name of the file in messages. */
  readonly place: string;
  readonly #disk: string | undefined;
  #opening = true;
  readonly #db: SqliteDriver;
  readonly #statements = new Map<string, PreparedStatement>();

  /** `disk` is what messages call the disk of `file`, where that is not the one of `place`. */
  constructor(file: string | SqliteDriver, place: string, disk?: string) {
    this.place = place;
    this.#disk = disk;
    this.#db = typeof file === "string" ? this.#guard(() => openDriver(file)) : file;
  }

  /**
   * Lets others read while we write (WAL), and each commit reach the disk before it returns (FULL): an attempt before its
   * call, an id before its use. Waits for another program that writes.
   */
  prepareForWriting(): void {
    this.exec("pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full");
  }

  /** From now on errors have exit code 1 (failed later) instead of 2 (cannot be used). */
  opened(): void {
    this.#opening = false;
  }

  /** Runs statements without parameters and results. */
  exec(sql: string): void {
    this.#guard(() => this.#db.exec(sql));
  }

  /**
   * Returns the number of changed rows. Names in `sql` are written `:name`; parameters that `sql` does not name are
   * ignored.
   */
  run(sql: string, params: Params = {}): number {
    return this.#with(sql, ({ statement, names }) => statement.run(bind(names, params)));
  }

  /** Returns all rows. Parameters as in {@link run}. Bytes that stand where a text or a number belongs are refused. */
  all<Row>(sql: string, params: Params = {}): Row[] {
    const rows = this.#with(sql, ({ statement, names }) => statement.all(bind(names, params)) as Row[]);
    for (const row of rows)
      for (const name in row)
        if (typeof row[name] === "object" && row[name] !== null)
          throw unreadable(this.place, `bytes (a BLOB) as ${name}`, this.#exitCode);
    return rows;
  }

  /** Returns rows whose `bytes` are a BLOB. */
  bytes(sql: string): { readonly rows: number; readonly bytes: ArrayBuffer | null }[] {
    return this.#with(
      sql,
      ({ statement }) => statement.all([]) as { readonly rows: number; readonly bytes: ArrayBuffer | null }[],
    );
  }

  /** Returns the first row. Parameters as in {@link run}. */
  one<Row>(sql: string, params: Params = {}): Row | undefined {
    return this.all<Row>(sql, params)[0];
  }

  /** Plays steps, each at once. Rows that are read, and that no prewarm wrote, end in a LedgerError that names one. */
  play<T>(steps: Steps<T>): T {
    try {
      let step = steps.next(undefined);
      while (!step.done) step = steps.next(this.#answer(step.value));
      return step.value;
    } catch (error) {
      throw error instanceof LedgerError ? error : this.#explained(error);
    }
  }

  /** What was wrong with a row, where that is why reading it threw; else the error itself, which is a bug. */
  #explained(error: unknown): unknown {
    const row = strangeRow(this);
    if (row === null && !(error instanceof SyntaxError)) return error;
    return unreadable(this.place, row ?? `a text that is no JSON (${error})`, this.#exitCode, error);
  }

  get #exitCode(): 1 | 2 {
    return this.#opening ? 2 : 1;
  }

  #answer({ wants, sql, params }: Statement): unknown {
    if (wants === "count") return this.run(sql, params);
    const rows = this.all(sql, params);
    return wants === "rows" ? rows : rows[0];
  }

  /** Runs `work` as one BEGIN IMMEDIATE transaction: all of it, durably, or nothing. */
  transaction<T>(work: () => T): T {
    this.exec("begin immediate");
    try {
      const result = work();
      this.exec("commit");
      return result;
    } catch (error) {
      this.#guard(() => this.#db.rollBack());
      throw error;
    }
  }

  /**
   * Closes the file. libsql lets go of the connection only later, so the write-ahead log is merged here; if a reader is in
   * the way it stays until the next close.
   */
  close(): void {
    try {
      this.exec("pragma busy_timeout = 200; pragma wal_checkpoint(truncate); pragma journal_mode = delete");
    } catch {
      // Everything is already durable in the log.
    }
    this.leave();
  }

  /** Closes a file that was only read, and leaves its log to the process that writes. */
  leave(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #with<T>(sql: string, use: (prepared: PreparedStatement) => T): T {
    const prepared = this.#statements.get(sql) ?? this.#prepare(sql);
    try {
      return use(prepared);
    } catch (error) {
      this.#statements.delete(sql);
      throw asLedgerError(this.place, error, this.#opening, this.#disk);
    }
  }

  #prepare(sql: string): PreparedStatement {
    return this.#guard(() => {
      const { text, names } = numbered(sql);
      const prepared = { statement: this.#db.prepare(text), names };
      this.#statements.set(sql, prepared);
      return prepared;
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asLedgerError(this.place, error, this.#opening, this.#disk);
    }
  }
}

const NAME_OR_QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|:([a-z]\w*)/gi;

/** Replaces names by numbers, once: libsql looks names up one by one at each call. */
function numbered(sql: string): { text: string; names: string[] } {
  const names: string[] = [];
  const text = sql.replace(NAME_OR_QUOTED, (token, name?: string) => {
    if (name === undefined) return token;
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  return { text, names };
}

function bind(names: readonly string[], params: Params): SqliteValue[] {
  return names.map((name) => coerce(params[name]));
}

function coerce(value: BoundValue): SqliteValue {
  if (value === undefined || value === null) return null;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : finite(value);
  if (typeof value === "string" || typeof value === "bigint") return value;
  if (value instanceof Moment) return value.text;
  throw new TypeError(`cannot bind ${typeof value}`);
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new TypeError(`cannot bind ${value}`);
  return value;
}
