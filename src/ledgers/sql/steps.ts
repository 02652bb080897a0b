/** A moment as it is bound: UTC, to the second. */
export class Moment {
  /** Such as `2026-01-31 12:30:05`. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A value that can be bound. A database without booleans takes 0 and 1; undefined becomes null. */
export type BoundValue = string | number | bigint | boolean | Moment | null | undefined;
/** The parameters of a statement, by name. */
export type Params = Readonly<Record<string, BoundValue>>;

/**
 * Work in a database: it hands out statements one by one, is given their answers, and returns what they come to. So one text
 * serves a database that answers at once and one that answers later.
 */
export type Steps<T> = Iterator<Statement, T, unknown> & Iterable<Statement, T, unknown>;

/**
 * A statement with named parameters (`:name`), and what is wanted of it: its rows, or how many it changed. It is its own one step,
 * which costs less than a generator.
 */
export class Statement<Answer = unknown> implements IterableIterator<Statement, Answer, unknown> {
  readonly wants: "rows" | "row" | "count";
  readonly sql: string;
  readonly params: Params;
  #isAsked = false;

  constructor(wants: Statement["wants"], sql: string, params: Params) {
    this.wants = wants;
    this.sql = sql;
    this.params = params;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(answer: unknown): IteratorResult<Statement, Answer> {
    if (this.#isAsked) return { value: answer as Answer, done: true };
    this.#isAsked = true;
    return { value: this, done: false };
  }
}

/** Asks for the number of changed rows. Parameters that `sql` does not name are ignored. */
export function run(sql: string, params: Params = {}): Statement<number> {
  return new Statement("count", sql, params);
}

/** Asks for all rows. */
export function all<Row>(sql: string, params: Params = {}): Statement<Row[]> {
  return new Statement("rows", sql, params);
}

/** Asks for the first row. */
export function one<Row>(sql: string, params: Params = {}): Statement<Row | undefined> {
  return new Statement("row", sql, params);
}

/** Plays steps in a database, now or later; `work` may be called again where they have to be repeated. */
export type Play = <T>(work: () => Steps<T>) => T | Promise<T>;
