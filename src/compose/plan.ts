import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Clock } from "../domain/clock.ts";
import type { SourceItem } from "../domain/entry.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import type { LaneFound } from "../pipeline/preflight.ts";
import { type KeyFilter, keyFilter } from "../sources/filter.ts";
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
    settings: (entry) => transfers.settings(entry),
  };
}

/** A manifest, what the ledger holds in some states (`--only` without a manifest), or the bucket's listing. */
function sourceOf(options: RunOptions, storage: Storage, ledger: Ledger, bots: readonly string[]): Source {
  const { manifest, only, prefix } = options;
  const filter = keyFilter(options);
  if (manifest) {
    const format = manifest.format ?? formatOf(manifest.path);
    if (!format)
      throw new ConfigError([
        `--manifest ${manifest.path}: the name does not say its format; add --manifest-format jsonl, json or csv`,
      ]);
    const { open, name } = manifestFile(manifest.path);
    return manifestSource(open, { name, format, filter });
  }
  return only
    ? selected(ledger, only, { prefix, bots }, filter)
    : listingSource(storage, { prefix: prefix ?? "", filter });
}

async function* selected(
  ledger: Ledger,
  only: NonNullable<RunOptions["only"]>,
  cut: { prefix: string | undefined; bots: readonly string[] },
  filter: KeyFilter,
): AsyncGenerator<SourceItem> {
  for await (const page of ledger.select(only, cut)) {
    for (const { bot, kind, entry } of page)
      if (filter(entry.key)) yield { type: "entry", entry: { ...entry, kind, bot } };
  }
}
