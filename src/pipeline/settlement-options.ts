import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { RunBots } from "../domain/run-bots.ts";
import type { LaneBoard } from "../lanes/port.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import type { Transfers } from "../transfers/port.ts";

/** What settling tries needs. */
export interface SettlementOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly transfers: Transfers;
  readonly lanes: LaneBoard;
  readonly runBots: RunBots;
  /** Tries after the first for failures that may pass; flood waits do not count. */
  readonly retries: number;
  /** Spreads retries: 0 (in) to 1 (out). */
  readonly random: () => number;
  /** Removes a warmup message once its id is safe (`--delete-after`); null when messages stay. */
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
}
