import { expect, it, onTestFinished } from "vitest";
import { SCHEMA_VERSION } from "../../../src/ledgers/sql/schema.ts";
import { Sqlite } from "../../../src/ledgers/sqlite/adapter.ts";
import { migrate } from "../../../src/ledgers/sqlite/migrate.ts";
import { refuseNewer } from "../../../src/ledgers/sqlite/version.ts";

function emptyDatabase(): Sqlite {
  const db = new Sqlite(":memory:", "test.db");
  onTestFinished(() => db.close());
  return db;
}

it("tells an empty database from one of ours", () => {
  const db = emptyDatabase();
  expect(refuseNewer(db)).toBeNull();
  migrate(db);
  expect(refuseNewer(db)).toBe(SCHEMA_VERSION);
});

it("accepts an older schema and refuses a newer one, by name and number", () => {
  const db = emptyDatabase();
  migrate(db);
  const write = (version: number) =>
    db.run("update prewarm_identity set value = :value where key = 'schema_version'", {
      value: `${version}`,
    });
  write(SCHEMA_VERSION - 1);
  expect(refuseNewer(db)).toBe(SCHEMA_VERSION - 1);
  write(SCHEMA_VERSION + 1);
  const refusal = `test.db was written by a newer prewarm (schema ${SCHEMA_VERSION + 1}, this one knows ${SCHEMA_VERSION})`;
  expect(() => refuseNewer(db)).toThrow(refusal);
  expect(() => migrate(db)).toThrow(refusal);
});
