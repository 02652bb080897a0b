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
  set search_path = simulated, pg_catalog, public; set synchronous_commit = off;
  set plan_cache_mode = force_generic_plan; set jit = off`;
const OURS = "(table_name like 'prewarm%' or table_name like 'media%') and table_name <> 'prewarm_meta'";
/** What empties them. Files of their own, as after a truncation, would have each statement planned again. */
const EMPTY = `select string_agg('delete from ' || quote_ident(table_name), '; ') as rows, string_agg(quote_ident(table_name), ', ') as names,
  (select string_agg(format('select setval(%L, 1, false)', format('public.%I', sequencename)), '; ') from pg_sequences where schemaname = 'public') as ids
  from information_schema.tables where table_schema = 'public' and ${OURS}`;
/** After so many plays what was deleted is cleared away. */
const CLEARED_AFTER = 50;

/** What changes a table that is held against the truth. */
const WRITES =
  /\b(?:insert into|update|delete from) "public"\.(?:media_|prewarm_(?:attempts|looks|proofs)\b)/i;

interface Prepared {
  readonly text: string;
  readonly values?: unknown[];
}
type Asked = string | Prepared;

interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number | null;
}

/** Statements that empty the tables, and restart their ids. */
interface Emptying {
  readonly names: string;
  readonly rows: string;
  readonly ids: string;
}

/** Whether a statement may have written: one that begins with its write says how many rows it touched. */
function hasWritten({ text }: Prepared, { rowCount }: Answer): boolean {
  return WRITES.test(text) && (rowCount !== 0 || !/^\s*(?:insert|update|delete)/i.test(text));
}

/**
 * A real PostgreSQL database with the simulation's time. Transactions come one after another, each in a moment: what is on its way, or
 * comes back, takes time, and a process may die before it, after it, and before its answer. For a while nobody may be there.
 */
export class SharedServer {
  readonly facts: TableFacts;
  readonly #client: pg.Client;
  readonly #emptying: Emptying;
  #plays = 0;
  #schedule: Schedule | null = null;
  /** The end of the last transaction. */
  #turn: Promise<void> = Promise.resolve();
  #told = Number.NaN;
  #isAway = false;
  /** Transactions that have ended, and those whose answer is to be lost. */
  #ended = 0;
  #lost: ReadonlySet<number> = new Set();
  /** The names of statements that the server has read and planned before: that costs it more than to carry them out. */
  readonly #names = new Map<string, string>();
  /** Rises with each statement that may have written to a table that is held against the truth. */
  writes = 0;

  private constructor(client: pg.Client, facts: TableFacts, emptying: Emptying) {
    this.#client = client;
    this.facts = facts;
    this.#emptying = emptying;
  }

  /** Opens an empty database for simulations, and makes the ledger's tables there. */
  static async open(url: string): Promise<SharedServer> {
    const made = await openWriting(postgresUrlOf(url), () => {}, {});
    await made.database.close();
    const client = new pg.Client({ connectionString: url, types: CELL_TYPES });
    await client.connect();
    await client.query(TIME);
    const { rows } = await client.query<Emptying>(EMPTY);
    if (!rows[0]) throw new Error("there are no tables");
    return new SharedServer(client, made.facts, rows[0]);
  }

  /** Empties it for another play, in which the answers of these transactions are lost. */
  async begin(schedule: Schedule, lost: ReadonlySet<number>): Promise<void> {
    await this.#turn;
    const { names, rows, ids } = this.#emptying;
    const isFull = this.#plays++ % CLEARED_AFTER === 0;
    await this.#client.query(`${isFull ? `truncate ${names} cascade` : rows}; ${ids}`);
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

  /** Reads as nobody of the simulation does: one row, by one statement without parameters. */
  async row(text: string): Promise<Record<string, unknown>> {
    const { rows } = await this.#client.query({ name: this.#nameOf(text), text });
    return rows[0];
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
    const answer = typeof asked === "string" && !values ? this.#say(asked) : this.#askPrepared(asked, values);
    await schedule.outside(answer.catch(() => {}));
    return answer;
  }

  /** Statements without parameters, which begin and end transactions: what time it is goes along with them. */
  async #say(text: string): Promise<unknown> {
    const time = text === "commit" ? null : this.#newTime();
    if (time === null) return this.#client.query(text);
    const [, ...answers] = (await this.#client.query(`${time}; ${text}`)) as unknown as unknown[];
    return answers.length === 1 ? answers[0] : answers;
  }

  async #askPrepared(asked: Asked, values?: unknown[]): Promise<unknown> {
    const time = this.#newTime();
    const prepared = typeof asked === "string" ? { text: asked, values: values ?? [] } : asked;
    const { text } = prepared;
    const client = this.#client;
    const told = time === null ? null : client.query(time);
    const answered = client.query({ ...prepared, name: this.#nameOf(text) });
    const [, answer] = await Promise.all([told, answered]);
    if (hasWritten(prepared, answer)) this.writes += 1;
    return answer;
  }

  /** What tells the server the time; null where it knows. */
  #newTime(): string | null {
    const now = this.#schedule?.elsewhere() ?? Number.NaN;
    if (now === this.#told) return null;
    this.#told = now;
    return `set simulated.now = '${now}'`;
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
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
