/** How a connection is protected, as libpq names it (postgresql.org/docs/current/libpq-ssl.html). */
export const SSL_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
/** How a connection is protected. */
export type SslMode = (typeof SSL_MODES)[number];

/** Where a ledger in PostgreSQL is, as its URL says it. */
export interface PostgresUrl {
  /** As it may be shown: without a password. */
  readonly place: string;
  /** A name, an address, or the folder of a socket; undefined where the URL has none. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly database: string | undefined;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The schema of the tables: the first of the `search_path` in the URL's `options`. */
  readonly schema: string;
  /** Connections at most. */
  readonly pool: number;
  readonly sslMode: SslMode | undefined;
  /** A file with the certificates of authorities, or `system`. */
  readonly sslRootCert: string | undefined;
  readonly sslCert: string | undefined;
  readonly sslKey: string | undefined;
}

const POOL = 4;
const [LEAST_POOL, MOST_POOL] = [2, 100];

/** Whether a ledger is in PostgreSQL. */
export function isPostgres(ledger: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(ledger);
}

/** Reads the URL of a ledger; a text says what is wrong with it. */
export function readPostgresUrl(text: string): PostgresUrl | string {
  // A socket's folder leaves the host empty, which only special schemes of the URL standard may not.
  if (!URL.canParse(text)) return "written as postgres://user@host:5432/database";
  const url = new URL(text);
  const params = url.searchParams;
  const sslMode = params.get("sslmode") ?? undefined;
  if (sslMode !== undefined && !SSL_MODES.some((mode) => mode === sslMode))
    return `sslmode is one of ${SSL_MODES.join(", ")}`;
  const pool = Number(params.get("pool") ?? POOL);
  if (!(Number.isInteger(pool) && pool >= LEAST_POOL && pool <= MOST_POOL))
    return `pool is ${LEAST_POOL} to ${MOST_POOL}`;
  return {
    ...serverOf(url),
    schema: schemaOf(params.get("options") ?? "") ?? "public",
    pool,
    sslMode: sslMode as SslMode | undefined,
    ...filesOf(params),
  };
}

function serverOf(url: URL) {
  const host = url.searchParams.get("host") ?? decoded(url.hostname.replace(/^\[|\]$/g, ""));
  const port = url.searchParams.get("port") ?? url.port;
  return {
    place: placeOf(url, host, port),
    host: host || undefined,
    port: port === "" ? undefined : Number(port),
    database: decoded(url.pathname.slice(1)) || undefined,
    user: decoded(url.username) || undefined,
    password: decoded(url.password) || undefined,
  };
}

function filesOf(params: URLSearchParams) {
  const [sslRootCert, sslCert, sslKey] = ["sslrootcert", "sslcert", "sslkey"].map(
    (name) => params.get(name) ?? undefined,
  );
  return { sslRootCert, sslCert, sslKey };
}

/** A URL as it may be shown. */
function placeOf({ username, pathname }: URL, host: string, port: string): string {
  const user = username === "" ? "" : `${decoded(username)}@`;
  return `postgres://${user}${host}${port === "" ? "" : `:${port}`}${decoded(pathname)}`;
}

/** The first schema of `-c search_path=a,b` (also `-csearch_path`, `--search_path`). */
function schemaOf(options: string): string | undefined {
  const list = /(?:-c\s*|--)search_path=(\S+)/.exec(options)?.[1];
  const first = list?.split(",").find((each) => !/^"?\$user"?$/.test(each));
  return first?.replace(/^"|"$/g, "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
