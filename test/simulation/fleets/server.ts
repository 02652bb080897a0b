import pg from "pg";
import { Database } from "../../../src/ledgers/postgres/database.ts";
import { openWriting, postgresUrlOf } from "../../../src/ledgers/postgres/open.ts";
import type { TellAway } from "../../../src/ledgers/postgres/patience.ts";
import { CELL_TYPES, type SqlPool } from "../../../src/ledgers/postgres/pool.ts";
import type { TableFacts } from "../../../src/ledgers/postgres/translate.ts";
import type { Mortal } from "../seeded/mortal.ts";
import type { Schedule } from "../seeded/schedule.ts";

/** Milliseconds that a transaction is on its way to the server and back at most. */
const WAY_MS = 4;
/** The server's time is that of the simulation: this function is found before that of PostgreSQL. */
const TIME = `
  create schema if not exists simulated;
  create or replace function simulated.clock_timestamp() returns timestamptz language sql stable
    as $$ select pg_catalog.to_timestamp(pg_catalog.current_setting('simulated.now')::double precision / 1000) $$;
  set search_path = simulated, pg_catalog, public; set synchronous_commit = off`;
const TABLES = `select string_agg(quote_ident(table_name), ', ') as names from information_schema.tables
  where table_schema = 'public' and (table_name like 'prewarm%' or table_name like 'media%') and table_name <> 'prewarm_meta'`;

/** What changes a table that is held against the truth. */
const WRITES = /\b(?:insert into|update|delete from) "public"\.(?:media_|prewarm_(?:attempts|looks)\b)/i;

type Asked = Parameters<pg.Client["query"]>[0];

function textOf(asked: Asked): string {
  return typeof asked === "string" ? asked : (asked as { text: string }).text;
}

/**
 * A real PostgreSQL database with the simulation's time. Transactions come one after another, each in a moment: what is on its way, or
 * comes back, takes time, and a process may die before it, after it, and before its answer. For a while nobody may be there.
 */
export class SharedServer {
  readonly facts: TableFacts;
  readonly #client: pg.Client;
  readonly #tables: string;
  #schedule: Schedule | null = null;
  /** The end of the last transaction. */
  #turn: Promise<void> = Promise.resolve();
  #told = Number.NaN;
  #isAway = false;
  /** Transactions that have ended, and those whose answer is to be lost. */
  #ended = 0;
  #lost: ReadonlySet<number> = new Set();
  /** Rises with each statement that may have written to a table that is held against the truth. */
  writes = 0;

  private constructor(client: pg.Client, facts: TableFacts, tables: string) {
    this.#client = client;
    this.facts = facts;
    this.#tables = tables;
  }

  /** Opens an empty database for simulations, and makes the ledger's tables there. */
  static async open(url: string): Promise<SharedServer> {
    const made = await openWriting(postgresUrlOf(url), () => {}, {});
    await made.database.close();
    const client = new pg.Client({ connectionString: url, types: CELL_TYPES });
    await client.connect();
    await client.query(TIME);
    const { rows } = await client.query(TABLES);
    return new SharedServer(client, made.facts, String(rows[0].names));
  }

  /** Empties it for another play, in which the answers of these transactions are lost. */
  async begin(schedule: Schedule, lost: ReadonlySet<number>): Promise<void> {
    await this.#turn;
    await this.#client.query(`truncate ${this.#tables} restart identity cascade`);
    this.#schedule = schedule;
    this.#lost = lost;
    [this.#ended, this.#told, this.#isAway] = [0, Number.NaN, false];
  }

  /** Nobody is there for so many milliseconds. */
  leave(ms: number): void {
    this.#isAway = true;
    this.#schedule?.after(ms, () => {
      this.#isAway = false;
    });
  }

  /** The database as a process has it. */
  databaseOf(by: Mortal, tell: TellAway): Database {
    const { facts } = this;
    return new Database({
      pool: this.#poolOf(by),
      place: "postgres://simulated",
      facts,
      tell,
      clock: by.clock,
    });
  }

  /** Reads as nobody of the simulation does: the rows of each of several questions. */
  async rows(questions: readonly string[]): Promise<Record<string, unknown>[][]> {
    const answers = (await this.#client.query(questions.join(";"))) as unknown as {
      rows: Record<string, unknown>[];
    }[];
    return answers.map(({ rows }) => rows);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  #poolOf(by: Mortal): SqlPool {
    const query = async (asked: Asked, values?: unknown[]) => {
      const end = await this.#enter(by);
      const answer = await this.#ask(asked, values).finally(end);
      await this.#back(by, "a question");
      return answer;
    };
    const connect = async () => {
      const end = await this.#enter(by);
      const ask = async (asked: Asked, values?: unknown[]) => {
        const answer = await this.#ask(asked, values);
        if (asked === "commit") await this.#committed(by, end);
        return answer;
      };
      return { query: ask, release: end };
    };
    return { query, connect, end: async () => {} } as unknown as SqlPool;
  }

  /** Waits for its turn; returns what ends it. */
  async #enter(by: Mortal): Promise<() => void> {
    await by.travel("before a transaction", WAY_MS);
    const before = this.#turn;
    let end = () => {};
    this.#turn = new Promise((resolve) => {
      end = resolve;
    });
    await before;
    if (this.#isAway) {
      end();
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    }
    return end;
  }

  async #ask(asked: Asked, values?: unknown[]): Promise<unknown> {
    const schedule = this.#schedule;
    if (!schedule) throw new Error("no simulation goes on");
    const now = schedule.elsewhere();
    const isNew = now !== this.#told;
    this.#told = now;
    const client = this.#client;
    const tell = isNew ? client.query(`set simulated.now = '${now}'`) : null;
    const answer = client.query(asked as string, values);
    if (WRITES.test(textOf(asked))) this.writes += 1;
    await schedule.outside(Promise.all([tell, answer.catch(() => {})]));
    return answer;
  }

  async #committed(by: Mortal, end: () => void): Promise<void> {
    end();
    this.#ended += 1;
    const isLost = this.#lost.has(this.#ended);
    await this.#back(by, "a transaction");
    if (isLost) throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });
  }

  async #back(by: Mortal, what: string): Promise<void> {
    await by.travel(`before the answer of ${what}`, WAY_MS);
  }
}
