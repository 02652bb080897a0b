import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";

it("tells what a process left from its own, also where it has the number and host of the one before", async () => {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-owner-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const place = { path: join(folder, "prewarm.db"), command: "prewarm run" };
  const asked = facts(object("a.jpg"));
  const stateNow = async (ledger: Awaited<ReturnType<typeof openSqliteLedger>>) =>
    (await ledger.lookup([{ bot: asked.bot, kind: asked.kind, entry: object("a.jpg") }]))[0]?.state;
  const first = await openSqliteLedger(place);
  await first.holdUnproved(await first.begin(asked), confirmation(asked, "held"));
  expect(await stateNow(first)).toBe("none");
  await first.close();
  const next = await openSqliteLedger(place);
  onTestFinished(() => next.close());
  expect(await stateNow(next)).toBe("under_way");
});
