import { identityOf } from "../compose/connect.ts";
import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Emitter } from "../domain/events.ts";
import type { Ledger } from "../ledgers/port.ts";

export interface ClaimParts {
  readonly ledger: Ledger;
  readonly config: Config;
  readonly events: Emitter;
  readonly sandbox: boolean;
}

/**
 * Remembers whose ledger this is, or throws ConfigError for a stranger; tells what a dead process left in doubt. To be
 * called once bots and bucket are known to be right, so that a mistake is not what a new ledger remembers.
 */
export async function claimLedger({ ledger, config, events, sandbox }: ClaimParts): Promise<void> {
  const same = await ledger.identify(identityOf(config, sandbox));
  if (!same.ok) throw new ConfigError([same.failure.message]);
  const dead = await ledger.recover();
  if (dead === 0) return;
  const text = `${dead} calls of a run that died may have been posted: they are now unknown (prewarm run --only unknown)`;
  events.emit("notice", { level: "warn", text });
}
