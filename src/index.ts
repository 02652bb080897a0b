/** The public API. To import it loads nothing else of prewarm. */
import type { PrewarmOptions, PrewarmResult } from "./runs/prewarm-options.ts";

export { ConfigError } from "./config/error.ts";
export type { EventMap, EventName, LaneView, StopCause } from "./domain/events.ts";
export type { Failure, FailureClass } from "./domain/failure.ts";
export type { MediaKind } from "./domain/media.ts";
export type { ItemResult, ItemStatus } from "./domain/outcome.ts";
export type { Reason } from "./domain/reasons.ts";
export type { SkipReason } from "./domain/skip-reasons.ts";
export type { WorkPlan } from "./domain/work-forecast.ts";
export { type OpenIdsOptions, openIds } from "./ids/open.ts";
export type { IdQuery, IdReport, Ids, WarmId } from "./ids/port.ts";
export { LedgerError } from "./ledgers/error.ts";
export type { PrewarmOptions, PrewarmResult, RunListeners } from "./runs/prewarm-options.ts";
export { UnexpectedError } from "./runs/unexpected-error.ts";

/**
 * Warms every object of a bucket or a manifest once, as `prewarm run` does, and resolves when all of it has ended. Writes
 * nothing to stdout or stderr, handles no signals and never ends the process: what happens is told to `options.events`, and how it
 * ended stands in the result, wrong credentials among it (`exitCode` 4 and a `cause`).
 *
 * Throws {@link ConfigError} (exit code 2) for options and settings that cannot be used, {@link LedgerError} (2) for a ledger
 * that another process holds or that belongs to another bot or bucket, or (1) when it breaks under way, and
 * {@link UnexpectedError} (1) for a bug. No error holds a secret.
 */
export async function prewarm(options: PrewarmOptions = {}): Promise<PrewarmResult> {
  const { runFromCode } = await import("./runs/from-code.ts");
  return runFromCode(options);
}
