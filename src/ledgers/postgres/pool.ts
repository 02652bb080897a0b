import type { ClientConfig, CustomTypesConfig, Pool } from "pg";
import type { PostgresUrl } from "../../domain/postgres-url.ts";
import { LedgerError } from "../error.ts";
import { stamp } from "../sql/store.ts";
import { codeOf } from "./errors.ts";
import { tlsOf } from "./tls.ts";

/** Milliseconds. A database that sleeps takes some to wake. */
const CONNECT_MS = 20_000;
/** Milliseconds after which a connection that nobody uses is closed, so that a database may fall asleep. */
const IDLE_MS = 10_000;
/** Milliseconds after which a statement without an answer is taken for lost with its connection. */
const ANSWER_MS = 60_000;

type Driver = typeof import("pg");

/** Loads node-postgres, which only a ledger in PostgreSQL needs. Throws LedgerError where it is not installed. */
async function loadDriver(): Promise<Driver> {
  try {
    const loaded = (await import("pg")) as unknown as { default: Driver };
    return loaded.default;
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new LedgerError("a ledger at postgres:// needs the package pg: npm i pg", 2, { cause: error });
  }
}

/** Connections to a database, until `end`. */
export interface SqlPool {
  readonly query: Pool["query"];
  readonly connect: Pool["connect"];
  end(): Promise<void>;
}

interface OpenedPool {
  readonly pool: Promise<Pool>;
  users: number;
}

/** What this process has open, by where it goes: a worker looks at its ledger in several ways, and has few connections. */
const OPENED = new Map<string, OpenedPool>();

/**
 * Opens connections to a database, or shares those that this process has open there; the first is tried at once, and by it is known
 * whether the server encrypts. Throws what the driver throws, and LedgerError.
 */
export async function openPool(url: PostgresUrl, env: NodeJS.ProcessEnv): Promise<SqlPool> {
  const { PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY } = env;
  const key = JSON.stringify([url, PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY]);
  const opened = OPENED.get(key) ?? { pool: connected(url, env), users: 0 };
  OPENED.set(key, opened);
  opened.users += 1;
  const leave = () => {
    opened.users -= 1;
    if (opened.users > 0) return false;
    if (OPENED.get(key) === opened) OPENED.delete(key);
    return true;
  };
  try {
    const pool = await opened.pool;
    let isOpen = true;
    return {
      query: pool.query.bind(pool) as Pool["query"],
      connect: pool.connect.bind(pool) as Pool["connect"],
      end: async () => {
        if (isOpen && leave()) await pool.end();
        isOpen = false;
      },
    };
  } catch (error) {
    leave();
    // Whoever asks next tries again, also while others still hear of this failure.
    if (OPENED.get(key) === opened) OPENED.delete(key);
    throw error;
  }
}

async function connected(url: PostgresUrl, env: NodeJS.ProcessEnv): Promise<Pool> {
  const driver = await loadDriver();
  const tries = tlsOf(url, env);
  for (const [i, ssl] of tries.entries()) {
    const pool = new driver.Pool({ ...configOf(url, ssl), max: url.pool, idleTimeoutMillis: IDLE_MS });
    // A connection whose server goes away between two statements would end the process.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    try {
      await pool.query("select 1");
      return pool;
    } catch (error) {
      await pool.end();
      if (i === tries.length - 1 || !maySucceed(error, ssl !== false)) throw error;
    }
  }
  throw new Error("no way to connect was tried");
}

/** Whether the other way may work: the server does not encrypt, or takes encrypted connections only. */
function maySucceed(error: unknown, encrypted: boolean): boolean {
  return encrypted
    ? /does not support SSL|establishing an SSL|certificate/i.test(String(error))
    : codeOf(error) === "28000";
}

function configOf(url: PostgresUrl, ssl: ClientConfig["ssl"]): ClientConfig {
  const { host, port, database, user, password } = url;
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ssl: ssl ?? false,
    application_name: "prewarm",
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    types: CELL_TYPES,
  };
}

/** Object ids of types (pg_type.dat). */
const [INT8, FLOAT4, FLOAT8, NUMERIC, TIMESTAMP, TIMESTAMPTZ, JSON_TYPE, JSONB] = [
  20, 700, 701, 1700, 1114, 1184, 114, 3802,
];

const NUMBERS = new Set([20, 21, 23, 26, FLOAT4, FLOAT8, NUMERIC, INT8]);
const BOOL = 16;

/**
 * Cells as SQLite gives them: numbers as numbers, moments as UTC text to the second.
 * @internal
 */
export const CELL_TYPES = {
  getTypeParser: (oid: number) => (text: string) => {
    if (NUMBERS.has(oid)) return Number(text);
    if (oid === BOOL) return text === "t";
    if (oid === TIMESTAMPTZ) return stamp(Date.parse(asIso(text))).text;
    if (oid === TIMESTAMP) return text.slice(0, 19);
    if (oid === JSON_TYPE || oid === JSONB) return text;
    return text;
  },
} as unknown as CustomTypesConfig;

/** PostgreSQL writes `2026-01-31 13:30:05.25+01`, and `+05:30` where there are minutes. */
function asIso(text: string): string {
  return text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
}
