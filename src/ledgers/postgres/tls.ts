import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { checkServerIdentity } from "node:tls";
import { errorCode } from "../../domain/error-code.ts";
import { type PostgresUrl, SSL_MODES, type SslMode } from "../../domain/postgres-url.ts";
import { LedgerError } from "../error.ts";

/** What is tried to connect, one after the other: `false` is a connection that is not encrypted. */
export type TlsTries = readonly (ConnectionOptions | false)[];

type TlsSettings = Pick<PostgresUrl, "place" | "host" | "sslMode" | "sslRootCert" | "sslCert" | "sslKey">;

/**
 * What `sslmode` and `sslrootcert` mean to libpq (postgresql.org/docs/current/libpq-ssl.html): `prefer`, which is the default,
 * encrypts where the server does; `require` encrypts and believes any server, unless there is a file of authorities; the two
 * `verify` modes need such a file, or `system`. (node-postgres takes `require` for `verify-full`.) Never less safe than libpq: `prefer`
 * encrypts also where the certificate is not what the file of authorities says, which libpq answers by not encrypting at all. Throws
 * LedgerError for a file that is named and cannot be read.
 */
export function tlsOf(settings: TlsSettings, env: NodeJS.ProcessEnv): TlsTries {
  const { host = "" } = settings;
  const sslRootCert = settings.sslRootCert || env.PGSSLROOTCERT;
  if (host.startsWith("/")) return [false];
  const mode = modeOf(settings, sslRootCert, env);
  if (mode === "disable") return [false];
  const tls = { ...clientOf(settings, env), ...authorityOf(mode, sslRootCert, settings.place) };
  if (mode === "allow") return [false, tls];
  return mode === "prefer" ? [tls, false] : [tls];
}

function modeOf({ place, sslMode }: TlsSettings, root: string | undefined, env: NodeJS.ProcessEnv): SslMode {
  const given = sslMode ?? modeIn(env, place);
  if (root !== "system") return given ?? "prefer";
  if (given === undefined || given === "verify-full") return "verify-full";
  throw new LedgerError(`${place}: sslrootcert=system needs sslmode=verify-full`, 2);
}

function modeIn({ PGSSLMODE: mode }: NodeJS.ProcessEnv, place: string): SslMode | undefined {
  if (mode === undefined || mode === "") return undefined;
  const known = SSL_MODES.find((each) => each === mode);
  if (known) return known;
  throw new LedgerError(`${place}: PGSSLMODE is one of ${SSL_MODES.join(", ")}`, 2);
}

function authorityOf(mode: SslMode, root: string | undefined, place: string): ConnectionOptions {
  const anybody = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  if (root === "system") return { rejectUnauthorized: true, checkServerIdentity };
  const file = root || join(homedir(), ".postgresql", "root.crt");
  const isVerified = mode.startsWith("verify");
  if (!isVerified && mode !== "require") return anybody;
  if (!existsSync(file)) {
    if (!isVerified && !root) return anybody;
    throw new LedgerError(
      `${place}: sslmode=${mode} needs the certificates of authorities, and ${file} is not there; name the file by sslrootcert=FILE, or take those of the system (sslrootcert=system&sslmode=verify-full)`,
      2,
    );
  }
  const ca = read(file, place, "sslrootcert");
  return {
    ca,
    rejectUnauthorized: true,
    ...(mode === "verify-full" ? { checkServerIdentity } : { checkServerIdentity: () => undefined }),
  };
}

/** The certificate of this client, where it has one: libpq looks for it beside that of the authorities. */
function clientOf({ sslCert, sslKey, place }: TlsSettings, env: NodeJS.ProcessEnv): ConnectionOptions {
  const usual = (name: string) => {
    const file = join(homedir(), ".postgresql", name);
    return existsSync(file) ? file : undefined;
  };
  const cert = sslCert || env.PGSSLCERT || usual("postgresql.crt");
  if (cert === undefined) return {};
  const key = sslKey || env.PGSSLKEY || usual("postgresql.key");
  return {
    cert: read(cert, place, "sslcert"),
    ...(key === undefined ? {} : { key: read(key, place, "sslkey") }),
  };
}

function read(file: string, place: string, name: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = errorCode(error) ?? "";
    throw new LedgerError(`${place}: ${name}: ${file} cannot be read; look at the file (${why})`, 2, {
      cause: error,
    });
  }
}
