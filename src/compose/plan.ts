import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Clock } from "../domain/clock.ts";
import type { LaneFound } from "../lanes/preflight.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import { type KeyFilter, keyFilter } from "../sources/filter.ts";
import { cutTo, ledgerSource } from "../sources/ledger-rows.ts";
import { formatOf, manifestFile, manifestSource } from "../sources/manifest.ts";
import type { Source } from "../sources/port.ts";
import { listingSource } from "../sources/r2-listing.ts";
import type { Storage } from "../storage/port.ts";
import type { Transfers } from "../transfers/port.ts";

export interface PlanParts {
  readonly config: Config;
  readonly options: RunOptions;
  readonly ledger: Ledger;
  readonly storage: Storage;
  readonly transfers: Transfers;
  readonly clock: Clock;
  readonly found: readonly LaneFound[];
}

/** What the plan of a run reads and decides by. */
export function planOptionsOf({
  config,
  options,
  ledger,
  storage,
  transfers,
  clock,
  found,
}: PlanParts): PlanOptions {
  const bots = [...new Set(found.map(({ bot }) => bot.slug))];
  return {
    ledger,
    storage,
    clock,
    bots,
    source: sourceOf(options, storage, ledger, bots),
    kind: options.kind,
    as: options.as,
    only: options.only,
    force: options.force,
    retryWeak: config.retryWeakId,
    waits: false,
    settings: (entry) => transfers.settings(entry),
  };
}

/**
 * A manifest, what the ledger holds in some states (`--only`), both (the manifest cut to what the ledger holds), or the
 * bucket's listing. Reads nothing yet. Throws ConfigError where the format of the manifest cannot be told.
 */
export function sourceOf(
  options: RunOptions,
  storage: Storage,
  ledger: Ledger,
  bots: readonly string[],
): Source {
  const { only, prefix } = options;
  const filter = keyFilter(options);
  const rows = only && ledgerSource(ledger.select(only, { prefix, bots }), filter);
  const manifest = options.manifest && manifestOf(options.manifest, filter);
  if (rows && manifest) return cutTo(rows, manifest);
  return rows ?? manifest ?? listingSource(storage.list(prefix ?? ""), filter);
}

function manifestOf({ path, format: given }: NonNullable<RunOptions["manifest"]>, filter: KeyFilter): Source {
  const format = given ?? formatOf(path);
  if (!format)
    throw new ConfigError([
      `--manifest ${path}: the name does not say its format; add --manifest-format jsonl, json or csv`,
    ]);
  const { open, name } = manifestFile(path);
  return manifestSource(open, { name, format, filter });
}
