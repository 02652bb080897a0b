import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openIds } from "../../src/ids/open.ts";
import type { Ids } from "../../src/ids/port.ts";
import { openSqliteDesk } from "../../src/ids/sqlite/desk.ts";
import { ReportFile } from "../../src/ids/sqlite/report-file.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { serve, TOKEN, worker } from "../admin/worker.ts";
import { idsConformance } from "../conformance/ids.ts";

async function openDesk() {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-desk-"));
  const file = join(folder, "prewarm.db");
  const ledger = await openSqliteLedger({ path: file, command: "prewarm worker" });
  const desk = openSqliteDesk({ file, reports: new ReportFile(file), onTrouble: () => {} });
  const parts = worker();
  parts.view.ids = desk;
  const server = await serve(parts);
  const opened: Ids[] = [];
  const another = (bot?: string) => {
    const ids = openIds(server.url, { bot, token: TOKEN, timeoutMs: 60_000, onTrouble: () => {} });
    opened.push(ids);
    return ids;
  };
  return {
    folder,
    server,
    ledger,
    ids: another(),
    another,
    dispose: async () => {
      for (const ids of opened) await ids.close();
      await server.close();
      await desk.close();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}

idsConformance("a worker over HTTP", openDesk);

it("a report that a worker refuses takes none of the others along", async () => {
  const { ids, dispose } = await openDesk();
  const about = {
    fileUniqueId: "AQADunique-id",
    etag: "e",
    bytes: 1,
    type: "learned",
    bot: "default",
  } as const;
  const report = (key: string, kind: string) =>
    ids.report({ ...about, key, kind: kind as "photo", fileId: `id-${key}` });
  await Promise.all([report("a.jpg", "photo"), report("b.jpg", "sticker"), report("c.jpg", "photo")]);
  const found = await ids.fileIds(["a.jpg", "b.jpg", "c.jpg"]);
  expect(found.map((id) => id?.fileId ?? null)).toEqual(["id-a.jpg", null, "id-c.jpg"]);
  await dispose();
});

it("a worker is told by a bot that may not write beside its ledger", async () => {
  const { folder, server, ids, dispose } = await openDesk();
  const elsewhere = join(folder, "elsewhere.db");
  mkdirSync(`${elsewhere}-reports`);
  const told: string[] = [];
  const bot = openIds(elsewhere, {
    reportTo: { url: server.url, token: TOKEN },
    onTrouble: (text) => told.push(text),
  });
  const about = { kind: "photo", fileUniqueId: "AQADunique-id", etag: "e", bytes: 1 } as const;
  await bot.report({ type: "learned", key: "a.jpg", bot: "default", fileId: "own", ...about });
  expect((await ids.fileId({ key: "a.jpg" }))?.fileId).toBe("own");
  await bot.close();
  expect(told).toEqual([]);
  await dispose();
});

it.each([
  ["a login page", "<html>log in</html>"],
  ["nothing", "null"],
  ["what another service says", '{"status":"up"}'],
])("%s in place of a worker is no answer: it is told once, and reports wait", async (_, body) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  const ids = openIds(`http://127.0.0.1:${port}`, { onTrouble: (text) => told.push(text) });
  expect([await ids.fileId({ key: "a.jpg" }), await ids.fileIds(["a.jpg"])]).toEqual([null, [null]]);
  await expect(ids.ask?.({ key: "a.jpg" })).rejects.toThrow(" answered 200: ");
  expect(told).toEqual([`127.0.0.1:${port} answered 200: this is not the address of a prewarm worker`]);
  const about = { kind: "photo", fileUniqueId: null, etag: "e", bytes: 1 } as const;
  await ids.report({ type: "learned", key: "a.jpg", fileId: "own", ...about });
  await ids.close();
  expect(asked.filter((url) => url.endsWith("/report"))).toHaveLength(2);
});
