import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Libsql from "libsql";
import { onTestFinished } from "vitest";
import { openSqliteImport } from "../../../src/ledgers/sqlite-import.ts";
import { importConformance, type TestedImport } from "../../conformance/import.ts";

async function open(): Promise<TestedImport> {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-import-"));
  const path = join(folder, "prewarm.db");
  const ledger = await openSqliteImport({ path, onlyTry: false });
  onTestFinished(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ledger, rows: async (sql) => read(path, sql) };
}

function read(path: string, sql: string): readonly unknown[] {
  const db = new Libsql(path, { timeout: 5_000 });
  try {
    return db.prepare(sql).all([]);
  } finally {
    db.close();
  }
}

importConformance("SQLite", open);
