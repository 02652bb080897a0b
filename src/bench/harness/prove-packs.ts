import { LIMITS } from "../../domain/limits.ts";
import type { MediaKind } from "../../domain/media.ts";
import { openSqliteLedger } from "../../ledgers/sqlite.ts";
import { BOT } from "./fill-ledger.ts";

/** Writes into a ledger what a probe would have, so that packs of this kind hold as many as a message takes. */
export async function provePacks(path: string, kind: MediaKind): Promise<void> {
  const ledger = await openSqliteLedger({ path, command: "prewarm bench" });
  const proved = { quota: "messages", [`ids:${kind}`]: "ordinary", keeps: String(LIMITS.pack.media) };
  for (const [what, result] of Object.entries(proved))
    await ledger.keepProof({ bot: BOT, scope: "*", what, result, evidence: {}, at: Date.now() });
  await ledger.close();
}
