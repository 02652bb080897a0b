import { afterAll, describe, it } from "vitest";
import { startPostgres } from "../helpers/postgres.ts";
import { postgresConformance } from "./postgres-conformance.ts";

const server = await startPostgres();

if (typeof server === "string") {
  describe("the ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  // To make a database takes longer than all that a test does with it.
  postgresConformance("PostgreSQL", await server.newDatabase());
}
