import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isOlder } from "../../src/fleet/load.ts";
import { migrateLedger } from "../../src/ledgers/postgres-migrate.ts";
import { closedPort } from "../helpers/closed-port.ts";
import { makePlatform } from "../helpers/platform.ts";
import { query, startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";
import type { World } from "../helpers/world.ts";
import { diagnose, expectOnly, healthyWorld } from "./diagnose.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("check-env on PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  const database = await server.newDatabase();
  beforeAll(() => keepLedgersIn(database));
  afterAll(async () => {
    keepLedgersIn(null);
    await server.dispose();
  });

  const newWorld = async (): Promise<{ world: World; url: string; schema: string }> => {
    const world = await healthyWorld();
    const url = world.ledgerUrl ?? "";
    return { world, url, schema: decodeURIComponent(url).split("=").at(-1) ?? "" };
  };
  let roles = 0;
  /** The same ledger for a new user, with these rights. */
  const asNewUser = async (url: string, grants: (role: string) => string): Promise<string> => {
    roles += 1;
    const role = `checked_${roles}`;
    await query(url, `create role ${role} login password 'pw-of-checked'`);
    await query(url, grants(role));
    return url.replace("postgres:secret@", `${role}:pw-of-checked@`);
  };
  const look = (world: World, url: string) =>
    diagnose(world, { env: { PREWARM_LEDGER: url }, secrets: ["pw-of-checked", ":secret@"] });

  describe("check-env finds nothing wrong with", () => {
    it("a database without tables, one with a platform's, and one that is ours", async () => {
      const { world, url } = await newWorld();
      for (const makes of [() => {}, () => makePlatform(url, 5), () => migrateLedger(url)]) {
        await makes();
        const { findings } = await look(world, url);
        const own = findings.filter(({ group }) => group === "ledger");
        expect(own.filter(({ status }) => !["pass", "skipped"].includes(status))).toEqual([]);
        expect(own.map(({ id }) => id)).toContain("ledger-engine");
        expect(own.map(({ id }) => id)).not.toContain("ledger-file");
      }
    });
  });

  describe("check-env names what is wrong with a ledger in PostgreSQL, and nothing else", () => {
    it("nobody listens", async () => {
      const { world } = await newWorld();
      const url = `postgres://warm:pw-of-checked@127.0.0.1:${await closedPort()}/ledger`;
      expectOnly(await look(world, url), {
        id: "ledger-reach",
        found: /^postgres:\/\/warm@127\.0\.0\.1:\d+\/ledger cannot be reached/,
        next: /start the server, or look at the host and the port/,
      });
    });

    it("the password is another one", async () => {
      const { world, url } = await newWorld();
      expectOnly(await look(world, url.replace("postgres:secret@", "postgres:pw-of-checked@")), {
        id: "ledger-reach",
        found: /refuses the password/,
        next: /look at the user and the password/,
      });
    });

    it("the database is not there", async () => {
      const { world, url } = await newWorld();
      expectOnly(await look(world, url.replace(/\/ledger_\d+/, "/nowhere")), {
        id: "ledger-reach",
        found: /is not there/,
        next: /create it, or name another/,
      });
    });

    it("the server does not encrypt, and has to", async () => {
      const { world, url } = await newWorld();
      expectOnly(await look(world, `${url}&sslmode=require`), {
        id: "ledger-tls",
        found: /^postgres:\/\/postgres@/,
        next: /./,
      });
    });

    it("the certificate of this client cannot be read", async () => {
      const { world, url } = await newWorld();
      expectOnly(await look(world, `${url}&sslcert=/nowhere/mine.crt`), {
        id: "ledger-tls",
        found: /sslcert: \/nowhere\/mine\.crt cannot be read$/,
        next: /^look at the file$/,
      });
    });

    it("the connection to another machine is not encrypted", async () => {
      const { world, url } = await newWorld();
      expectOnly(await look(world, url.replace("127.0.0.1", "0.0.0.0")), {
        id: "ledger-tls",
        status: "warn",
        found: /not encrypted/,
        next: /sslmode=require/,
      });
    });

    it("a newer prewarm wrote it", async () => {
      const { world, url } = await newWorld();
      await migrateLedger(url);
      await query(url, "update prewarm_identity set value = '99' where key = 'schema_version'");
      expectOnly(await look(world, url), {
        id: "ledger-version",
        found: /newer prewarm \(schema 99/,
        next: /^npm install prewarm/,
      });
    });

    it("a column is of a type that cannot be used", async () => {
      const { world, url } = await newWorld();
      await query(
        url,
        "create type kinds as enum ('photo'); create table media_store (r2_key text, kind kinds)",
      );
      expectOnly(await look(world, url), {
        id: "ledger-version",
        found: /media_store\.kind is of type \S*kinds, and prewarm needs text/,
        next: /^change the column, or use another schema$/,
      });
    });

    it("this user may not make tables", async () => {
      const { world, url, schema } = await newWorld();
      await makePlatform(url, 5);
      const user = await asNewUser(
        url,
        (role) =>
          `grant usage on schema ${schema} to ${role}; grant select, insert, update on all tables in schema ${schema} to ${role}`,
      );
      expectOnly(await look(world, user), {
        id: "ledger-rights",
        found: /^checked_\d+ may not make or change tables in the schema world_\d+$/,
        next: /^prewarm migrate --print/,
      });
    });

    it("this user may only read them", async () => {
      const { world, url, schema } = await newWorld();
      await migrateLedger(url);
      const user = await asNewUser(
        url,
        (role) =>
          `grant usage on schema ${schema} to ${role}; grant select on all tables in schema ${schema} to ${role}`,
      );
      expectOnly(await look(world, user), {
        id: "ledger-rights",
        found: /may not write media_cache, media_store, prewarm_/,
        next: /^prewarm migrate --print/,
      });
    });

    it("the database can only be read, as after a failover", async () => {
      const { world, url, schema } = await newWorld();
      await migrateLedger(url);
      const user = await asNewUser(
        url,
        (role) =>
          `grant all on schema ${schema} to ${role}; grant all on all tables in schema ${schema} to ${role};
           alter role ${role} set default_transaction_read_only = on`,
      );
      expectOnly(await look(world, user), {
        id: "ledger-rights",
        found: /can only be read/,
        next: /^name the primary/,
      });
    });

    it("this user has fewer connections than prewarm needs", async () => {
      const { world, url, schema } = await newWorld();
      await migrateLedger(url);
      const user = await asNewUser(
        url,
        (role) =>
          `grant all on schema ${schema} to ${role}; grant all on all tables in schema ${schema} to ${role};
           alter role ${role} connection limit 1`,
      );
      expectOnly(await look(world, user), {
        id: "ledger-reach",
        found: /has no connection left for this user$/,
        next: /^end what holds them, allow more there, or go through its pooler/,
      });
    });

    it("its clock is ten minutes off", async () => {
      const { world, url, schema } = await newWorld();
      await migrateLedger(url);
      await query(
        url,
        `create schema clock_of_${schema}; create function clock_of_${schema}.clock_timestamp() returns timestamptz language sql
           as 'select pg_catalog.clock_timestamp() + interval ''10 minutes'''`,
      );
      const user = await asNewUser(
        url,
        (role) =>
          `grant all on schema ${schema}, clock_of_${schema} to ${role}; grant all on all tables in schema ${schema} to ${role};
           alter role ${role} set search_path = clock_of_${schema}, pg_catalog`,
      );
      expectOnly(await look(world, user), {
        id: "ledger-clock",
        status: "warn",
        found: /^this machine's clock is (?:599|600|601) s behind the database's/,
        next: /./,
      });
    });

    it.runIf(isOlder(process.versions.node, "22.12"))(
      "workers share work there, and this Node.js is too old for that",
      async () => {
        const { world } = await newWorld();
        const url = await server.newDatabase();
        await query(url, "create schema prewarm_jobs");
        expectOnly(await look(world, url), {
          id: "ledger-engine",
          status: "warn",
          found: /schema prewarm_jobs.*pg-boss needs Node/,
          next: /^nvm install 24$/,
        });
      },
    );

    it("it belongs to another bucket", async () => {
      const { world, url } = await newWorld();
      expect((await world.run([])).code).toBe(0);
      await query(url, "update prewarm_identity set value = 'theirs' where key = 'bucket_name'");
      expectOnly(await look(world, url), {
        id: "ledger-owner",
        found: /belongs to bucket theirs/,
        next: /^export PREWARM_LEDGER=/,
      });
    });
  });
}
