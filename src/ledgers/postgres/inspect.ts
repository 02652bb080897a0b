import { TLSSocket } from "node:tls";
import type { PoolClient } from "pg";
import type { PostgresUrl } from "../../domain/postgres-url.ts";
import { LedgerError } from "../error.ts";
import type { Identity } from "../port.ts";
import type { PostgresServer, PostgresSight } from "../postgres-sight.ts";
import { Database, type SqlClient } from "./database.ts";
import { asLedgerError } from "./errors.ts";
import { type FoundSchema, factsOf, lookAt, refuseStrangeTypes, standInsFor } from "./look.ts";
import { isCurrent } from "./migrate.ts";
import { platformBots } from "./platform-bots.ts";
import { openPool, type SqlPool } from "./pool.ts";
import { viewOf } from "./view.ts";

/** What is asked of a server at once. */
const ABOUT = `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
  current_setting('transaction_read_only') = 'on' or pg_is_in_recovery() as read_only, current_user as role,
  exists (select 1 from pg_namespace where nspname = $1) as has_schema,
  coalesce((select has_schema_privilege(oid, 'create') from pg_namespace where nspname = $1), false) as may_create,
  not exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1
    and c.relname in ('media_store', 'media_cache') and not pg_has_role(c.relowner, 'usage')) as owns,
  to_json(array(select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relkind in ('r', 'p')
    and (c.relname like 'prewarm\\_%' or c.relname in ('media_store', 'media_cache'))
    and not (has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'update')) order by 1)) as not_writable,
  exists (select 1 from pg_namespace where nspname = 'prewarm_jobs') as has_engine,
  extract(epoch from clock_timestamp()) * 1000 as ms`;

interface AboutRow {
  readonly version: string;
  readonly number: number;
  readonly read_only: boolean;
  readonly role: string;
  readonly has_schema: boolean;
  readonly may_create: boolean;
  readonly owns: boolean;
  /** JSON. */
  readonly not_writable: string;
  readonly has_engine: boolean;
  readonly ms: number;
}

/** Looks at a ledger and its server; nothing is changed, and nothing is thrown that belongs to a check. */
export async function inspectPostgres(
  url: PostgresUrl,
  identity: Identity | null,
  env: NodeJS.ProcessEnv,
): Promise<PostgresSight> {
  const { place } = url;
  const sight: { server: PostgresServer | null } = { server: null };
  try {
    const pool = await openPool({ ...url, pool: 2 }, env);
    try {
      const found = await lookAt(pool as unknown as SqlClient, url.schema);
      sight.server = await serverAt(pool, url, found);
      return { place, problem: null, server: sight.server, view: await viewAt(pool, url, found, identity) };
    } finally {
      await pool.end();
    }
  } catch (error) {
    const problem = asLedgerError(place, error, true);
    if (!(problem instanceof LedgerError)) throw error;
    return { place, problem, server: sight.server, view: null };
  }
}

async function serverAt(pool: SqlPool, url: PostgresUrl, found: FoundSchema): Promise<PostgresServer> {
  const asked = Date.now();
  const about = (await pool.query(ABOUT, [url.schema])).rows[0] as AboutRow;
  const skewMs = (asked + Date.now()) / 2 - about.ms;
  const current = await isCurrent(pool, found, url).catch(() => false);
  const database = new Database({
    pool,
    place: url.place,
    facts: factsOf(found, url.schema),
    tell: () => {},
    patienceMs: 0,
  });
  return {
    version: about.version.split(" ", 1)[0] ?? about.version,
    versionNumber: about.number,
    ...(await connectionOf(pool, url)),
    isReadOnly: about.read_only,
    user: about.role,
    schema: url.schema,
    hasSchema: about.has_schema,
    isCurrent: current,
    hasMedia: found.columns.some(({ table }) => table.startsWith("media_")),
    mayChange: about.may_create && about.owns,
    notWritable: JSON.parse(about.not_writable) as string[],
    skewMs,
    hasEngine: about.has_engine,
    bots: await platformBots(database, factsOf(found, url.schema)),
  };
}

type Connection = Pick<PostgresServer, "encryption" | "isLocal" | "isPooled">;

/** Two connections of ours that are one and the same to the server are given out by a pooler. */
async function connectionOf(pool: SqlPool, { host = "localhost" }: PostgresUrl): Promise<Connection> {
  const clients: PoolClient[] = [];
  try {
    // One by one: the first is to be given back where there is no second.
    clients.push(await pool.connect());
    clients.push(await pool.connect());
    const seen: string[][] = [];
    for (const client of clients) seen.push(await backendsOf(client));
    const isPooled = seen[0]?.some((backend) => seen[1]?.includes(backend)) ?? false;
    const stream = (clients[0] as unknown as { connection?: { stream?: unknown } }).connection?.stream;
    return {
      encryption: stream instanceof TLSSocket ? stream.getProtocol() : null,
      isLocal: host.startsWith("/") || /^(?:localhost|127\.|\[?::1)/.test(host),
      isPooled,
    };
  } finally {
    for (const client of clients) client.release();
  }
}

const TIMES = 3;

async function backendsOf(client: PoolClient): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < TIMES; i++) {
    const { rows } = await client.query("select pg_backend_pid()::text as pid");
    seen.push((rows[0] as { pid: string }).pid);
  }
  return seen;
}

async function viewAt(
  pool: SqlPool,
  { place, schema }: PostgresUrl,
  found: FoundSchema,
  identity: Identity | null,
) {
  const current = await isCurrent(pool, found, { place, schema });
  refuseStrangeTypes(found, place);
  if (!found.columns.some(({ table }) => table.startsWith("media_"))) return null;
  const facts = { ...factsOf(found, schema), standIns: current ? undefined : standInsFor(found, schema) };
  return viewOf(new Database({ pool, place, facts, tell: () => {}, patienceMs: 0 }), identity);
}
