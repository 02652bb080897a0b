import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { packPlanOf } from "../../src/compose/packs.ts";
import { loadConfig } from "../../src/config/config.ts";
import { Emitter } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import type { LaneToOpen } from "../../src/lanes/preflight.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { rememberLanes } from "../../src/runs/remember-lanes.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { lane } from "../lanes/clocked-lanes.ts";

const NOW = Date.UTC(2026, 10, 27);
const CHAT = { id: "-1001", title: "warmup", type: "channel" } as const;
const ENV = {
  R2_ENDPOINT: "http://127.0.0.1:9",
  R2_BUCKET: "media",
  R2_ACCESS_KEY_ID: "k",
  R2_SECRET_ACCESS_KEY: "s",
  TELEGRAM_BOT_TOKEN: "1001:AAE-token_of_nobody_in_the_world_at_al",
  WARMUP_CHAT_ID: CHAT.id,
};

async function ledgerOf(): Promise<Ledger> {
  const dir = mkdtempSync(join(tmpdir(), "prewarm-lanes-"));
  const ledger = await openSqliteLedger({ path: join(dir, "a.db"), command: "test", now: () => NOW });
  onTestFinished(async () => {
    await ledger.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const about = { bot: "default", evidence: {}, at: NOW - 1_000 };
  await ledger.keepProof({ ...about, scope: "channel", what: "quota", result: "messages" });
  await ledger.keepProof({ ...about, scope: "*", what: "ids:photo", result: "ordinary" });
  return ledger;
}

/** How packs go by a run that finds this lane. */
async function packsOf(more: Partial<LaneToOpen>, ledger: Ledger): Promise<string> {
  const own = lane();
  const found = { bot: own.bot, chat: CHAT, ...more };
  await rememberLanes([found], { ledger, events: new Emitter(), now: () => NOW });
  const config = loadConfig({}, ENV, null);
  const clock = new VirtualClock({ wall: NOW });
  const { ahead } = await packPlanOf([own], { config, ledger, found: [found], clock });
  return ahead(null).state;
}

it("goes by what an earlier run was told of a chat where nobody can be asked, and by no guess", async () => {
  const ledger = await ledgerOf();
  const guessed = { isAssumed: true } as const;
  const out = { ...guessed, closed: failure("bot_kicked", "kicked") };
  expect(await packsOf(guessed, ledger)).toBe("not_proved");
  expect(await packsOf({}, ledger)).toBe("proved");
  for (const later of [guessed, out, guessed]) expect(await packsOf(later, ledger)).toBe("proved");
});
