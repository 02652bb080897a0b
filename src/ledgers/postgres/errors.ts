import { errorCode } from "../../domain/error-code.ts";
import { LedgerError } from "../error.ts";

/**
 * What is to be done about an error: `again` at once, since the transaction was undone for the sake of others; `away`: wait, the
 * server is not there, or only to be read; `over`: nothing helps.
 */
export type ErrorVerdict = "again" | "away" | "over";

/** Serialization failure, deadlock, lock not available (postgresql.org/docs/current/errcodes-appendix.html). */
const AGAIN = new Set(["40001", "40P01", "55P03"]);
/** Shutdown, crash, cannot connect now, dropped database, too many connections, read-only (after a failover). */
const AWAY = new Set(["57P01", "57P02", "57P03", "57P05", "53300", "25006"]);
const AWAY_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
/** How node-postgres words a connection that ended, and one that could not be made in time. */
const AWAY_TEXTS =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Query read timeout|server closed the connection|server conn crashed|server login has been failing|pgbouncer cannot connect|query_wait_timeout|client_login_timeout|not queryable|server does not answer/i;

/** Judges an error of PostgreSQL, of its driver, or of the way there. */
export function verdictOf(error: unknown): ErrorVerdict {
  const code = codeOf(error);
  if (AGAIN.has(code)) return "again";
  if (AWAY.has(code) || code.startsWith("08") || AWAY_CODES.has(code)) return "away";
  return error instanceof Error && AWAY_TEXTS.test(error.message) ? "away" : "over";
}

/** SQLSTATE, or the code of the system; empty where there is none. */
export function codeOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return errorCode(first) ?? "";
}

/** One line of an error, without secrets: PostgreSQL does not put them there. */
export function textOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const text = first instanceof Error ? first.message : String(first);
  return text.replace(/\s+/g, " ").trim();
}

/** By the code of an error. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^28P01$/, "refuses the password; look at the user and the password of PREWARM_LEDGER, or PGPASSWORD"],
  [/^28/, "refuses this user; look at the user of PREWARM_LEDGER and at pg_hba.conf"],
  [/^3D000$/, "is not there: the server has no such database; create it, or name another in the URL"],
  [/^3F000$/, "has no such schema; create it, or name another by the search_path of the URL"],
  [
    /^42501$/,
    "may not be changed by this user; `prewarm migrate --print` prints what one has to run who may, with the rights that this user needs",
  ],
  [/^23/, "rejects a row that prewarm writes; loosen that constraint"],
  [/^53100$/, "cannot grow, the disk of the server is full; free some space there, then run again"],
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, "cannot be reached: its host has no address; look at the host of the URL"],
  [
    /^(?:ENETUNREACH|EHOSTUNREACH)$/,
    "cannot be reached: there is no way from this machine to that address; a host that has IPv6 only needs IPv6 here, or the host of its pooler",
  ],
  [
    /^ECONNREFUSED$/,
    "cannot be reached: nobody listens there; start the server, or look at the host and the port of the URL",
  ],
  [
    /^25006$/,
    "can only be read: it is a standby, or has failed over; name the primary in PREWARM_LEDGER, or wait until it is one",
  ],
  [
    /^53300$/,
    "has no connection left for this user; end what holds them, allow more there, or go through its pooler (a process of prewarm opens up to 4, ?pool=2 makes it 2)",
  ],
  [/^57P03$/, "is just starting or stopping; try again in a moment"],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "has a certificate for another host name; name the host that it is for, or have only its authority checked (sslmode=verify-ca)",
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    "has a certificate that does not hold today; have it renewed on the server, or look at this machine's clock",
  ],
  [
    /^ERR_OSSL_(?:PEM|X509|ASN1)/,
    "cannot be reached: sslrootcert, sslcert or sslkey is no file in PEM form; look at them",
  ],
  [
    /CERT|^SELF_SIGNED|^UNABLE_TO/,
    "has a certificate that cannot be trusted; name its authority by sslrootcert=FILE, or look at sslmode",
  ],
];

/** By what the server or the driver says, where the code does not tell. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [
    /does not support SSL/,
    "does not encrypt, and sslmode asks for it; have the server use TLS (ssl = on), or in a network that you trust set sslmode=prefer",
  ],
  [
    /valid client certificate/,
    "asks for a certificate of this client; name it by sslcert=FILE and sslkey=FILE in the URL",
  ],
  [
    /pg_hba\.conf.*(?:no encryption|SSL off)/,
    "may take encrypted connections only; set sslmode=require, or look at pg_hba.conf",
  ],
];

/** Turns an error into a LedgerError for the ledger at `place`: one line, with the next step. */
export function asLedgerError(place: string, error: unknown, opening: boolean): unknown {
  if (error instanceof LedgerError) return error;
  const code = codeOf(error);
  const isAway = verdictOf(error) === "away";
  if (code === "" && !isAway && !isDriverText(error)) return error;
  const text = textOf(error);
  const meaning =
    TEXTS.find(([form]) => form.test(text))?.[1] ??
    MEANINGS.find(([form]) => form.test(code))?.[1] ??
    (isAway
      ? "cannot be reached; look at the server and the network"
      : "failed; look at what PostgreSQL says");
  const fault = code === "42501" ? "not_writable" : isAway ? "away" : "other";
  return new LedgerError(`${place} ${meaning} (${text})`, opening && !isAway ? 2 : 1, {
    cause: error,
    fault,
  });
}

function isDriverText(error: unknown): boolean {
  return (
    error instanceof Error && /SSL|SASL|password|certificate|pg_hba|database|Hostname/i.test(error.message)
  );
}
