import { afterAll, describe, expect, it } from "vitest";
import { startOwnPostgres } from "../helpers/own-postgres.ts";
import { startPooler } from "../helpers/pgbouncer.ts";
import { postgresConformance } from "./postgres-conformance.ts";

const server = await startOwnPostgres(["-c", "log_statement=all", "-c", "log_line_prefix=|%a|"]);
const direct = typeof server === "string" ? server : await server.newDatabase();
const pooler = typeof server === "string" ? server : await startPooler(direct);

if (typeof server === "string" || typeof pooler === "string") {
  describe("the ledger behind pgbouncer", () => {
    it.skip(String(pooler), () => {});
  });
} else {
  afterAll(async () => {
    await pooler.dispose();
    await server.dispose();
  });

  postgresConformance("PostgreSQL behind pgbouncer", pooler.through(direct), direct);

  describe("the ledger behind pgbouncer", () => {
    it("needs nothing that a session keeps: no LISTEN, no SET, no lock of a session, no name of a statement", () => {
      const said = server
        .log()
        .split("\n")
        .filter((line) => line.startsWith("|prewarm|"));
      expect(said.length).toBeGreaterThan(1_000);
      const kept =
        /(?:statement|execute [^:]*): *(?:listen|unlisten|set (?!local)|reset|prepare|declare|discard)|pg_(?:try_)?advisory_lock|execute (?!<unnamed>)/i;
      expect(said.filter((line) => kept.test(line))).toEqual([]);
    });
  });
}
