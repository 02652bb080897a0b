import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { IdReport } from "../../src/ids/port.ts";
import { openSqliteDesk } from "../../src/ids/sqlite/desk.ts";
import { ReportFile } from "../../src/ids/sqlite/report-file.ts";

function open() {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-idesk-"));
  const file = join(folder, "prewarm.db");
  const reports = new ReportFile(file);
  const desk = openSqliteDesk({ file, reports, onTrouble: () => {} });
  onTestFinished(async () => {
    await desk.close();
    rmSync(folder, { recursive: true });
  });
  return { desk, reports };
}

function learned(key: string, bot?: string): IdReport {
  const about = { kind: "photo", fileUniqueId: "AQADunique-id", etag: "e", bytes: 1 } as const;
  return { type: "learned", key, bot, fileId: `id-${key}`, ...about };
}

it("takes all of a request or none, and says when they may come again", async () => {
  const { desk, reports } = open();
  const many = Array.from({ length: 900 }, (_, i) => learned(`${i}.jpg`));
  expect(await desk.report(many)).toEqual({ ok: true, accepted: 900 });
  const more = many.map(({ key }) => learned(`more-${key}`));
  const refused = await desk.report(more);
  expect(refused).toEqual({ ok: false, retryAfter: expect.any(Number) });
  expect(await reports.pending("learned", ["default"], 2_000)).toHaveLength(900);
});

it("takes no more than there is room for beside the ledger", async () => {
  const { desk, reports } = open();
  reports.add(Array.from({ length: 9_999 }, (_, i) => ({ ...learned(`${i}.jpg`), bot: "default" })));
  expect(await desk.report([learned("x.jpg"), learned("y.jpg")])).toEqual({ ok: false, retryAfter: 60 });
  expect(await desk.report([learned("x.jpg")])).toEqual({ ok: true, accepted: 1 });
});

it("leaves out what nothing can be made of, and sees what it took at once, also without a ledger", async () => {
  const { desk } = open();
  expect(await desk.report([])).toEqual({ ok: true, accepted: 0 });
  expect(await desk.report([learned("x".repeat(2_000)), learned("a.jpg", "shop")])).toEqual({
    ok: true,
    accepted: 1,
  });
  const queries = [{ key: "a.jpg", bot: "shop" }, { key: "a.jpg" }];
  expect((await desk.fileIds(queries)).map((id) => id?.fileId)).toEqual(["id-a.jpg", undefined]);
});
