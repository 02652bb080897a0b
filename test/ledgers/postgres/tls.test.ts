import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPostgresUrl } from "../../../src/domain/postgres-url.ts";
import { inspectPostgres } from "../../../src/ledgers/postgres/inspect.ts";
import { type Certificates, makeCertificates } from "../../helpers/certificates.ts";
import { type OwnPostgres, query, startOwnPostgres } from "../../helpers/own-postgres.ts";
import { run } from "../../helpers/program.ts";

const server =
  run("openssl", ["version"]).status === 0
    ? await startOwnPostgres(["-h", "127.0.0.1,::1"])
    : "no openssl is installed here";

if (typeof server === "string") {
  describe("the way to PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  await ofServer(server, makeCertificates(server.folder));
}

async function ofServer(server: OwnPostgres, made: Certificates): Promise<void> {
  const database = await server.newDatabase();
  const here = database.replace("127.0.0.1", "localhost");

  /** What becomes of a connection: TLS, plain, or what is said instead. */
  const tryIt = async (query: string, env: NodeJS.ProcessEnv = {}, url = here): Promise<string> => {
    const read = readPostgresUrl(`${url}?${query}`);
    if (typeof read === "string") return read;
    const { server: seen, problem } = await inspectPostgres(read, null, env);
    if (seen) return seen.encryption === null ? "plain" : "TLS";
    return (problem?.message ?? "").replace(read.place, "PLACE");
  };

  /** Has the server use a certificate; null: it does not encrypt. */
  async function use(pair: Certificates["expired"] | null): Promise<void> {
    const folder = join(server.folder, "data");
    for (const part of ["cert", "key"] as const) if (pair) give(pair[part], join(folder, `server.${part}`));
    const loaded = async () =>
      (await query<{ at: string }>(database, "select pg_conf_load_time()::text as at"))[0]?.at;
    const before = await loaded();
    await query(database, "alter system set ssl_cert_file = 'server.cert'");
    await query(database, "alter system set ssl_key_file = 'server.key'");
    await query(database, `alter system set ssl = ${pair ? "on" : "off"}`);
    await query(database, "select pg_reload_conf()");
    await expect.poll(loaded).not.toBe(before);
  }

  /** The server reads its key only where nobody else may. */
  function give(from: string, to: string): void {
    copyFileSync(from, to);
    chmodSync(to, 0o600);
    if (process.getuid?.() !== 0) return;
    const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    chownSync(to, id("-u"), id("-g"));
  }

  const home = process.env.HOME;
  beforeEach(() => {
    // Where libpq looks for files that nobody names.
    process.env.HOME = join(server.folder, "home");
    mkdirSync(join(server.folder, "home", ".postgresql"), { recursive: true });
  });
  afterEach(() => {
    rmSync(join(server.folder, "home"), { recursive: true });
    process.env.HOME = home;
  });

  const right = `sslrootcert=${made.root}`;
  const wrong = `sslrootcert=${made.strangeRoot}`;

  describe("the way to PostgreSQL is protected as sslmode means it to libpq", () => {
    it("where the server has a certificate for its name", async () => {
      await use(made.forLocalhost);
      const ways = {
        "": "TLS",
        "sslmode=disable": "plain",
        "sslmode=allow": "plain",
        "sslmode=prefer": "TLS",
        [`sslmode=prefer&${wrong}`]: "TLS",
        "sslmode=require": "TLS",
        [`sslmode=require&${right}`]: "TLS",
        [`sslmode=require&${wrong}`]: UNTRUSTED,
        "sslmode=verify-ca": NO_ROOT("verify-ca"),
        [`sslmode=verify-ca&${right}`]: "TLS",
        [`sslmode=verify-ca&${wrong}`]: UNTRUSTED,
        "sslmode=verify-full": NO_ROOT("verify-full"),
        [`sslmode=verify-full&${right}`]: "TLS",
        "sslrootcert=system": UNTRUSTED,
        "sslrootcert=system&sslmode=require": "PLACE: sslrootcert=system needs sslmode=verify-full",
      };
      for (const [way, found] of Object.entries(ways)) expect([way, await tryIt(way)]).toEqual([way, found]);
    });

    it("and by variables and files that libpq knows, where the URL says nothing", async () => {
      await use(made.forLocalhost);
      expect(await tryIt("", { PGSSLMODE: "disable" })).toBe("plain");
      expect(await tryIt("", { PGSSLMODE: "verify-full", PGSSLROOTCERT: made.root })).toBe("TLS");
      expect(await tryIt("", { PGSSLMODE: "verify-ca", PGSSLROOTCERT: made.strangeRoot })).toBe(UNTRUSTED);
      expect(await tryIt("sslmode=require", { PGSSLMODE: "disable" })).toBe("TLS");
      const empty = { PGSSLMODE: "", PGSSLROOTCERT: "", PGSSLCERT: "", PGSSLKEY: "" };
      expect([await tryIt("", empty), await tryIt("sslmode=require", empty)]).toEqual(["TLS", "TLS"]);
      expect(await tryIt("", { PGSSLMODE: "on" })).toMatch(/^PLACE: PGSSLMODE is one of disable, allow/);
      const usual = join(server.folder, "home", ".postgresql", "root.crt");
      copyFileSync(made.root, usual);
      expect(await tryIt("sslmode=verify-full")).toBe("TLS");
      copyFileSync(made.strangeRoot, usual);
      expect(await tryIt("sslmode=require")).toBe(UNTRUSTED);
    });

    it("where the certificate is for another host", async () => {
      await use(made.forElsewhere);
      expect(await tryIt(`sslmode=verify-ca&${right}`)).toBe("TLS");
      expect(await tryIt(`sslmode=verify-full&${right}`)).toMatch(
        /^PLACE has a certificate for another host name; name the host that it is for, or .*sslmode=verify-ca.*db\.example\.com/,
      );
    });

    it("where it has expired", async () => {
      await use(made.expired);
      expect(await tryIt("sslmode=require")).toBe("TLS");
      expect(await tryIt(`sslmode=verify-ca&${right}`)).toMatch(
        /^PLACE has a certificate that does not hold today; have it renewed on the server.*\(certificate has expired\)$/,
      );
    });

    it("where the server does not encrypt", async () => {
      await use(null);
      for (const way of ["", "sslmode=disable", "sslmode=allow", "sslmode=prefer"])
        expect([way, await tryIt(way)]).toEqual([way, "plain"]);
      for (const way of ["sslmode=require", `sslmode=verify-ca&${right}`, `sslmode=verify-full&${right}`])
        expect(await tryIt(way)).toMatch(
          /^PLACE does not encrypt, and sslmode asks for it; have the server use TLS/,
        );
    });

    it("and a file that cannot be used is named", async () => {
      await use(made.forLocalhost);
      expect(await tryIt("sslmode=require&sslrootcert=/nowhere/root.crt")).toMatch(
        /^PLACE: sslmode=require needs the certificates of authorities, and \/nowhere\/root\.crt is not there/,
      );
      expect(await tryIt("sslcert=/nowhere/mine.crt")).toMatch(
        /^PLACE: sslcert: \/nowhere\/mine\.crt cannot be read; look at the file \(ENOENT\)$/,
      );
      const text = join(server.folder, "no.crt");
      writeFileSync(text, "no certificate");
      expect(await tryIt(`sslmode=verify-ca&sslrootcert=${text}`)).toMatch(/sslrootcert/);
    });
  });

  it("a host that has an address of IPv6 only is reached by it", async () => {
    const only6 = database.replace("127.0.0.1", "[::1]");
    expect(await tryIt("sslmode=disable", {}, only6)).toBe("plain");
  });
}

const UNTRUSTED =
  "PLACE has a certificate that cannot be trusted; name its authority by sslrootcert=FILE, or look at sslmode (unable to verify the first certificate)";

const NO_ROOT = (mode: string) =>
  expect.stringMatching(new RegExp(`^PLACE: sslmode=${mode} needs the cert.*is not there`));
