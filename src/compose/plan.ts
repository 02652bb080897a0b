import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Clock } from "../domain/clock.ts";
import { patienceOf } from "../domain/patience.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import { isListedAt, type KeyFilter, spellingsOf } from "../sources/filter.ts";
import { cutTo, ledgerSource } from "../sources/ledger-rows.ts";
import { formatOf, manifestFile, manifestSource } from "../sources/manifest.ts";
import { nearPrefix } from "../sources/near-prefix.ts";
import type { OpenSource, Source } from "../sources/port.ts";
import { type Again, listingSource } from "../sources/r2-listing.ts";
import { KeySelection, type NoKeys, onceExcluded, type SelectionOptions } from "../sources/selection.ts";
import type { Storage } from "../storage/port.ts";
import type { Transfers } from "../transfers/port.ts";

export interface PlanParts {
  readonly config: Config;
  readonly options: RunOptions;
  readonly ledger: Ledger;
  readonly storage: Storage;
  readonly transfers: Transfers;
  readonly clock: Clock;
  /** Lanes of the bots that warm. */
  readonly found: readonly { readonly bot: { readonly slug: string } }[];
  /** Ends the wait for a page that is to be asked for again. */
  readonly signal: AbortSignal;
  /** Takes a sentence for people. */
  readonly tell: SelectionOptions["tell"];
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
  signal,
  tell,
}: PlanParts): PlanOptions {
  const bots = [...new Set(found.map(({ bot }) => bot.slug))];
  const patience = patienceOf(options.retries, Math.random);
  return {
    ledger,
    storage,
    clock,
    bots,
    ...sourceOf({
      options,
      storage,
      ledger,
      bots,
      bucket: config.bucket,
      tell,
      again: { patience, clock, signal },
      ahead: true,
      onNothing: options.allowEmpty ? "warn" : "refuse",
    }),
    tell: (text) => tell("warn", text),
    as: options.as,
    only: options.only,
    force: options.force,
    retryWeak: config.retryWeakId,
    waits: false,
    patience,
    wanted: (entry, kind, named) => transfers.wanted(entry, kind, named),
    settings: (entry) => transfers.settings(entry),
  };
}

/** Where a source is read from, and what chooses among its entries. */
export interface SourceParts {
  readonly options: RunOptions;
  readonly storage: Storage;
  readonly ledger: Ledger;
  readonly bots: readonly string[];
  /** The name of the bucket, for messages. */
  readonly bucket: string;
  readonly onNothing: SelectionOptions["onNothing"];
  /** How a page of the listing that fails is tried again; not at all without it. */
  readonly again?: Again;
  /** Whether the bucket is listed in several places at once, which a run waits for and a worker has time to do without. */
  readonly ahead?: boolean;
  /** Takes a sentence for people. */
  readonly tell: SelectionOptions["tell"];
}

/**
 * A manifest, what the ledger holds in some states (`--only`), both (the manifest cut to what the ledger holds), or the
 * bucket's listing. Reads nothing yet. Throws ConfigError where the format of the manifest cannot be told.
 */
export function sourceOf(parts: SourceParts): OpenSource {
  const { options, onNothing, tell } = parts;
  const { only, exclude } = options;
  const manifest = options.manifest && manifestOf(options.manifest);
  const open = (filter: KeyFilter): Source => {
    if (only && manifest) return cutTo(rowsOf(parts, only), manifest(filter), options.as);
    if (only) return ledgerSource(rowsOf(parts, only), filter);
    return manifest?.(filter) ?? listed(parts, filter);
  };
  const rules: SelectionOptions = {
    include: options.include,
    exclude,
    kind: options.kind,
    isListing: only === null && manifest === null,
    onNothing: only ? "inform" : onNothing,
    whenEmpty: () => whyEmpty(parts),
    tell,
  };
  const selection = new KeySelection(rules);
  const canReopen = options.manifest?.path !== "-" && !options.dryRun && rules.onNothing === "refuse";
  if (exclude.length > 0 && canReopen) return { source: onceExcluded(open, selection, rules), selection };
  return { source: open(selection.takes), selection };
}

/** The listing of each spelling of the prefix, one after the other; each key once. */
async function* listed(
  { options: { prefix = "" }, storage, again, ahead = false }: SourceParts,
  filter: KeyFilter,
): Source {
  const spellings = spellingsOf(prefix);
  for (const [at, spelling] of spellings.entries()) {
    const takes: KeyFilter = (key) => isListedAt(key, spellings, at) && filter(key);
    yield* listingSource(storage.list(spelling, ahead), takes, again);
  }
}

/** Rows in these states, of each spelling of the prefix; a manifest may ask for keys as what they were never asked for. */
async function* rowsOf(
  { options: { prefix = "", manifest }, ledger, bots }: SourceParts,
  only: NonNullable<RunOptions["only"]>,
): ReturnType<Ledger["select"]> {
  const anyKind = manifest !== null;
  for (const spelling of spellingsOf(prefix)) yield* ledger.select(only, { prefix: spelling, bots, anyKind });
}

async function whyEmpty({ options, storage, bucket, again }: SourceParts): Promise<NoKeys> {
  const { only, manifest, prefix = "" } = options;
  const nothing = (text: string): NoKeys => ({ text: `nothing to warm: ${text}`, isMissed: false });
  if (only) return nothing(`the ledger holds nothing as ${only.join(" or ")}${prefix && ` below ${prefix}`}`);
  if (manifest) return nothing(`${manifestFile(manifest.path).name} names no objects`);
  const list = (folder: string, filter: KeyFilter) => listingSource(storage.list(folder), filter, again);
  const near = prefix === "" ? null : await nearPrefix(list, prefix);
  return near === null ? nothing(`bucket ${bucket} is empty`) : { text: near, isMissed: true };
}

/** Opens a manifest for whoever reads it with a filter. Throws ConfigError where its format cannot be told. */
export function manifestOf({
  path,
  format: given,
}: NonNullable<RunOptions["manifest"]>): (filter: KeyFilter) => Source {
  const format = given ?? formatOf(path);
  if (!format)
    throw new ConfigError([
      `--manifest ${path}: the name does not say its format; add --manifest-format jsonl, json or csv`,
    ]);
  const { open, name } = manifestFile(path);
  return (filter) => manifestSource(open, { name, format, filter });
}
