import type { Config } from "../config/config.ts";
import type { VerifyOptions } from "../config/verify-options.ts";
import type { Emitter } from "../domain/events.ts";
import { LIMITS } from "../domain/limits.ts";
import { patienceOf } from "../domain/patience.ts";
import { isPostgres } from "../domain/postgres-url.ts";
import { FixedPace } from "../lanes/pace.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LedgerMarks } from "../ledgers/marks.ts";
import { openPostgresMarks } from "../ledgers/postgres-marks.ts";
import { openPostgresReader } from "../ledgers/postgres-reader.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { openSqliteMarks } from "../ledgers/sqlite-marks.ts";
import { openSqliteReader } from "../ledgers/sqlite-reader.ts";
import { spellingsOf } from "../sources/filter.ts";
import type { Source } from "../sources/port.ts";
import { listingSource } from "../sources/r2-listing.ts";
import { KeySelection } from "../sources/selection.ts";
import { Files } from "../verify/files.ts";
import { HeadCheck, ListingCheck, type ObjectCheck } from "../verify/objects.ts";
import type { R2Way } from "../verify/r2-way.ts";
import { type Connections, identityOf } from "./connect.ts";
import { manifestOf } from "./plan.ts";

/** Opens the ledger of a configuration for reading, beside whoever writes to it. Throws LedgerError, also where there is none. */
export async function openLedgerReader({ ledger }: Config): Promise<LedgerReader> {
  if (isPostgres(ledger)) return openPostgresReader(ledger);
  const reader = openSqliteReader(ledger);
  if (reader !== null) return reader;
  throw new LedgerError(
    `${ledger} is not there: no run has made a ledger in this place yet; name another with --ledger or PREWARM_LEDGER, or begin with \`prewarm run\``,
    2,
  );
}

/** Opens the same ledger to mark what is not true, also beside whoever writes to it. Throws LedgerError. */
export async function openMarks({ ledger }: Config): Promise<LedgerMarks> {
  return isPostgres(ledger) ? openPostgresMarks(ledger) : openSqliteMarks(ledger);
}

/** Why this configuration is not that of the ledger; null where it is. */
export function strangerTo(reader: LedgerReader, config: Config) {
  return reader.stranger(identityOf(config, false));
}

export interface VerifyParts {
  readonly config: Config;
  readonly options: VerifyOptions;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly draining: AbortSignal;
  /** Ends also the wait for answers. */
  readonly aborting: AbortSignal;
}

/** Bots that are asked at the pace that is theirs over all chats; the documented one where none is set. */
export function openFiles(parts: VerifyParts): Files {
  const { config, options, connections, events, draining, aborting } = parts;
  const perMinute = perMinuteOf(config);
  const bots = connections.bots.map(({ bot }) => {
    const pace = new FixedPace(perMinute, Number.POSITIVE_INFINITY);
    return [bot.slug, { bot, pace }] as const;
  });
  const patience = patienceOf(options.run.retries, Math.random);
  return new Files({ clock: connections.clock, events, bots: new Map(bots), patience, draining, aborting });
}

/** Calls a minute that each bot makes at the most: a chat's pace is not asked for, since nothing is posted. */
export function perMinuteOf({ botPace }: Config): number {
  return botPace ?? LIMITS.pace.botPerSecond * 60;
}

/** The bucket, asked in this way about keys that begin with `prefix`. */
export function openObjects(parts: VerifyParts, way: R2Way, prefix: string): ObjectCheck {
  const { options, connections, draining } = parts;
  const { storage, clock } = connections;
  const patience = patienceOf(options.run.retries, Math.random);
  const heads = new HeadCheck({ storage, clock, patience, draining });
  if (way === "head") return heads;
  // With Telegram's answers to wait for there is time for one page after the other.
  const ahead = !options.places.includes("telegram");
  const again = { patience, clock, signal: draining };
  return new ListingCheck(
    listingSource(storage.list(prefix, ahead), () => true, again),
    heads,
  );
}

/** The manifest that names keys; null without one. Throws ConfigError where its format cannot be told. */
export function manifestSourceOf({ run: { manifest } }: VerifyOptions): Source | null {
  return manifest && manifestOf(manifest)(() => true);
}

export function prefixesOf({ run: { prefix = "" } }: VerifyOptions): readonly string[] {
  return spellingsOf(prefix);
}

/** What chooses among the keys of the ledger. `tell` takes a sentence for people. */
export function selectionOf(
  { run }: VerifyOptions,
  place: string,
  tell: (level: "info" | "warn", text: string) => void,
): KeySelection {
  const { include, exclude, kind, allowEmpty, prefix = "" } = run;
  const text = `nothing to check: ${place} has no key with an id${prefix && ` below ${prefix}`}`;
  return new KeySelection({
    include,
    exclude,
    kind,
    isListing: false,
    onNothing: allowEmpty ? "warn" : "refuse",
    whenEmpty: async () => ({ text, isMissed: false }),
    tell,
  });
}
