import type { Client, PoolClient } from "pg";
import type { Clock } from "../../domain/clock.ts";
import { LedgerError } from "../error.ts";
import { Moment, type Params, type Statement, type Steps } from "../sql/steps.ts";
import { codeOf } from "./errors.ts";
import { ServerPatience, type TellAway } from "./patience.ts";
import type { SqlPool } from "./pool.ts";
import { type NumberedSql, type TableFacts, translate } from "./translate.ts";

/** Whoever sends statements to the server. */
export interface SqlClient {
  readonly query: Client["query"];
}

/** The way to a database for statements of somebody else, in one connection a call; several in one call are one transaction. */
export interface RawSql {
  /** Runs one statement; cells are as node-postgres gives them by default. */
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: unknown[] }>;
  /** Runs statements in one transaction. */
  within<T>(work: (query: RawSql["query"]) => Promise<T>): Promise<T>;
}

export interface DatabaseOptions {
  readonly pool: SqlPool;
  readonly place: string;
  readonly facts: TableFacts;
  readonly tell: TellAway;
  /** Milliseconds for which a server that went away is waited for; ten minutes by default. */
  readonly patienceMs?: number | undefined;
  /** By which it is waited; the system's by default. */
  readonly clock?: Clock | undefined;
}

/**
 * Plays steps in PostgreSQL. A server that goes away is waited for, and what it had not carried out is done again: whether the last
 * transaction before that was, is asked by its number. Only what holds behind a transaction pooler is used: no session keeps
 * anything, and no statement has a name.
 */
export class Database {
  readonly place: string;
  readonly #pool: SqlPool;
  readonly #facts: TableFacts;
  readonly #statements = new Map<string, NumberedSql>();
  readonly #patience: ServerPatience;

  constructor({ pool, place, facts, tell, patienceMs, clock }: DatabaseOptions) {
    this.#patience = new ServerPatience({ place, tell, ms: patienceMs, clock });
    this.#pool = pool;
    this.place = place;
    this.#facts = facts;
  }

  /** For statements of an engine that keeps its jobs here. A server that is away is not waited for. */
  get raw(): RawSql {
    return {
      query: (text, values) => this.#patience.once(async () => this.#pool.query(await plainly(text, values))),
      within: (work) =>
        this.#withClient(async (client) => {
          await client.query("begin isolation level read committed");
          const query: RawSql["query"] = async (text, values) => client.query(await plainly(text, values));
          const value = await work(query).catch((error: unknown) => rolledBack(client, error));
          await client.query("commit");
          return value;
        }),
    };
  }

  /** Plays steps that change nothing, each statement for itself. */
  read<T>(work: () => Steps<T>): Promise<T> {
    return this.#patiently(() => this.#play(this.#pool as unknown as SqlClient, work()));
  }

  /** Plays steps as one transaction. */
  write<T>(work: () => Steps<T>): Promise<T> {
    let doubtful: { readonly xid: string; readonly value: T } | null = null;
    return this.#patiently(async () => {
      if (doubtful !== null && (await this.#wasCommitted(doubtful.xid))) return doubtful.value;
      doubtful = null;
      return this.#withClient(async (client) => {
        const xid = await begun(client);
        const value = await this.#play(client, work()).catch((error: unknown) => rolledBack(client, error));
        doubtful = { xid, value };
        await client.query("commit");
        return value;
      });
    });
  }

  /** Plays steps as if what they write had changed nothing: it is not even sent. */
  plan<T>(work: () => Steps<T>): Promise<T> {
    return this.#patiently(() => this.#play(this.#pool as unknown as SqlClient, readingOf(work())));
  }

  /** Plays steps as one transaction that is undone, after these statements: nothing is kept of it. */
  undone<T>(work: () => Steps<T>, first: readonly string[] = []): Promise<T> {
    return this.#patiently(() => this.#once(work, { first, end: "rollback" }));
  }

  /** Plays steps as one transaction, without waiting for a server that is away. */
  tryOnce<T>(work: () => Steps<T>): Promise<T> {
    return this.#patience.once(() => this.#once(work, { first: [], end: "commit" }));
  }

  #once<T>(
    work: () => Steps<T>,
    { first, end }: { readonly first: readonly string[]; readonly end: "commit" | "rollback" },
  ): Promise<T> {
    return this.#withClient(async (client) => {
      await client.query(["begin isolation level read committed", ...first].join("; "));
      const value = await this.#play(client, work()).catch((error: unknown) => rolledBack(client, error));
      await client.query(end);
      return value;
    });
  }

  async #withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      const value = await use(client);
      client.release();
      return value;
    } catch (error) {
      // What is wrong with it is not known: another one is opened in its place.
      client.release(true);
      throw error;
    }
  }

  /** Whether a transaction whose commit had no answer was carried out. */
  async #wasCommitted(xid: string): Promise<boolean> {
    const status = await statusOf(this.#pool as unknown as SqlClient, xid);
    if (status === "in progress") throw new Error("server does not answer: a transaction is not over yet");
    return status === "committed";
  }

  async #play<T>(sender: SqlClient, steps: Steps<T>): Promise<T> {
    let step = steps.next(undefined);
    while (!step.done) step = steps.next(await this.#answer(sender, step.value));
    return step.value;
  }

  async #answer(sender: SqlClient, { wants, sql, params }: Statement): Promise<unknown> {
    const { text, names } = this.#said(sql);
    const { rows, rowCount } = await sender.query({ text, values: names.map((name) => bound(params, name)) });
    if (wants === "count") return rowCount ?? 0;
    return wants === "rows" ? rows : rows[0];
  }

  #said(sql: string): NumberedSql {
    const known = this.#statements.get(sql) ?? translate(sql, this.#facts);
    this.#statements.set(sql, known);
    return known;
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return this.#patience.lasting(work);
  }

  /** From now on a server that is away is waited for for so many milliseconds at most; with 0 for no longer than an answer takes. */
  hurry(ms: number): void {
    this.#patience.hurry(ms);
  }

  async close(): Promise<void> {
    // A connection without an answer is left to the end of the process.
    await this.#patience.once(() => this.#pool.end()).catch(() => {});
    this.#patience.end();
  }
}

/** How PostgreSQL answers when asked about a transaction "in the future" (xid8funcs.c). */
const INVALID_VALUE = "22023";
const WRITES = /^\s*(?:insert|update|delete)\b/i;

/** The same steps, of which those that would write are answered as if there had been nothing to write. */
function* readingOf<T>(steps: Steps<T>): Steps<T> {
  let step = steps.next(undefined);
  while (!step.done) {
    const { wants, sql } = step.value;
    const nothing = wants === "count" ? 0 : wants === "rows" ? [] : undefined;
    step = steps.next(WRITES.test(sql) ? nothing : yield step.value);
  }
  return step.value;
}

/** Begins a transaction; returns its number. */
async function begun(client: SqlClient): Promise<string> {
  const results = (await client.query(
    "begin isolation level read committed; select pg_current_xact_id()::text as xid",
  )) as unknown as readonly { rows: readonly { xid: string }[] }[];
  const xid = results[1]?.rows[0]?.xid;
  if (xid === undefined) throw new LedgerError("PostgreSQL gave a transaction no number", 1);
  return xid;
}

/** Without values a text may hold several statements; cells are as its authors expect them, not as the ledger does. */
async function plainly(text: string, values: readonly unknown[] | undefined) {
  const { types } = (await import("pg")).default;
  return values === undefined ? { text, types } : { text, values: [...values], types };
}

/** What became of a transaction; of one whose number is still to be given, nothing: this server took over before it had that. */
async function statusOf(client: SqlClient, xid: string): Promise<string | null> {
  try {
    const { rows } = await client.query("select pg_xact_status($1::xid8) as status", [xid]);
    return (rows[0] as { status: string | null } | undefined)?.status ?? null;
  } catch (error) {
    if (codeOf(error) === INVALID_VALUE) return null;
    throw error;
  }
}

async function rolledBack(client: SqlClient, error: unknown): Promise<never> {
  await client.query("rollback").catch(() => {});
  throw error;
}

function bound(params: Params, name: string): unknown {
  const value = params[name];
  if (value instanceof Moment) return `${value.text}+00`;
  return typeof value === "bigint" ? String(value) : (value ?? null);
}
