import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Clock } from "../domain/clock.ts";
import type { Entry, SourceItem } from "../domain/entry.ts";
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
    waits: false,
    settings: (entry) => transfers.settings(entry),
  };
}

/** A manifest, what the ledger holds in some states (`--only` without a manifest), or the bucket's listing. */
export function sourceOf(
  options: RunOptions,
  storage: Storage,
  ledger: Ledger,
  bots: readonly string[],
): Source {
  const { manifest, only, prefix } = options;
  const filter = keyFilter(options);
  const chosen = only ? () => selected(ledger, only, { prefix, bots }, filter) : null;
  if (manifest) {
    const entries = manifestOf(manifest, filter);
    return chosen ? cutTo(entries, chosen()) : entries;
  }
  return chosen ? chosen() : listingSource(storage, { prefix: prefix ?? "", filter });
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

/** What the manifest says of those keys that the ledger holds in the chosen states; bad lines are told all the same. */
async function* cutTo(manifest: Source, chosen: Source): Source {
  const held = new Map<string, Entry[]>();
  for await (const page of chosen) {
    for (const item of page)
      if (item.type === "entry") held.set(item.entry.key, [...(held.get(item.entry.key) ?? []), item.entry]);
  }
  for await (const page of manifest)
    yield page.flatMap((item) =>
      item.type === "entry" ? inLedger(item.entry, held.get(item.entry.key) ?? []) : [item],
    );
}

function inLedger(entry: Entry, held: readonly Entry[]): SourceItem[] {
  return held
    .filter(({ bot }) => entry.bot === undefined || entry.bot === bot)
    .map(({ bot, kind, etag, bytes }) => ({
      type: "entry",
      entry: { etag, bytes, ...definedOnly(entry), bot, kind },
    }));
}

function definedOnly(entry: Entry): Entry {
  return Object.fromEntries(
    Object.entries(entry).filter(([, value]) => value !== undefined),
  ) as unknown as Entry;
}

async function* selected(
  ledger: Ledger,
  only: NonNullable<RunOptions["only"]>,
  cut: { prefix: string | undefined; bots: readonly string[] },
  filter: KeyFilter,
): Source {
  for await (const page of ledger.select(only, cut))
    yield page
      .filter(({ entry }) => filter(entry.key))
      .map(({ bot, kind, entry }) => ({ type: "entry", entry: { ...entry, kind, bot } }));
}
