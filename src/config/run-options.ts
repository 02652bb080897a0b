import {
  type ManifestFormat,
  type Order,
  SELECTIONS,
  type Selection,
  type TransferMode,
} from "../domain/choices.ts";
import { extensionOf, type MediaKind } from "../domain/media.ts";
import { ConfigError } from "./error.ts";
import { flagOf } from "./flag-name.ts";
import { failuresBound, list, oneOf, someTime, wholeNumber } from "./parse.ts";
import { Problems } from "./problems.ts";
import { isSameFile } from "./same-file.ts";
import { whyUnreadable } from "./text-file.ts";

/** The flags of a run that are no configuration, as commander has them: texts that are still to be read. */
export interface RunOptionFlags {
  readonly prefix?: string | undefined;
  readonly manifest?: string | undefined;
  readonly manifestFormat?: ManifestFormat | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly kind?: MediaKind | undefined;
  readonly as?: MediaKind | undefined;
  readonly only?: string | undefined;
  readonly force?: boolean | undefined;
  readonly limit?: string | undefined;
  readonly order?: Order | undefined;
  readonly transfer?: TransferMode | undefined;
  readonly retries?: string | undefined;
  readonly maxDuration?: string | undefined;
  readonly maxFailures?: string | undefined;
  readonly failedTo?: string | undefined;
  readonly report?: string | undefined;
  readonly preflight?: boolean | undefined;
  readonly deleteAfter?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly allowEmpty?: boolean | undefined;
  readonly adoptFrom?: string | undefined;
}

/** The flags of `prewarm run` that are no configuration, checked. Times in milliseconds. */
export interface RunOptions {
  readonly prefix: string | undefined;
  /** Without a format its extension says it. */
  readonly manifest: { readonly path: string; readonly format: ManifestFormat | undefined } | null;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly kind: MediaKind | undefined;
  readonly as: MediaKind | undefined;
  readonly only: readonly Selection[] | null;
  readonly force: boolean;
  readonly limit: number | undefined;
  readonly order: Order;
  readonly transfer: TransferMode;
  readonly retries: number;
  readonly maxDuration: number | undefined;
  readonly maxFailures: { readonly count: number } | { readonly share: number } | undefined;
  readonly failedTo: string | undefined;
  /** Path of the page about the run. */
  readonly report: string | undefined;
  readonly preflight: boolean;
  readonly deleteAfter: boolean;
  readonly dryRun: boolean;
  /** A selection that finds nothing is no mistake. */
  readonly allowEmpty: boolean;
  /** Slug of the bot by whose messages others get ids of their own. */
  readonly adoptFrom: string | undefined;
}

/** Flags whose text has to be read. */
type TextFlag = "only" | "limit" | "retries" | "maxDuration" | "maxFailures";

const selection = oneOf(...SELECTIONS);

/** Reads the flags. Throws ConfigError with everything that is wrong with them, empty values of other flags among it. */
export function readRunOptions(flags: RunOptionFlags): RunOptions {
  const manifest = manifestOf(flags);
  return readOptions(flags, manifest === null ? [] : manifestProblems(manifest));
}

/** A file that cannot be read is told before anything is begun; one whose format nobody knows is refused for that. */
function manifestProblems({ path, format }: NonNullable<RunOptions["manifest"]>): string[] {
  if (path === "-" || (format === undefined && extensionOf(path) === "")) return [];
  const why = whyUnreadable(path);
  return why === null ? [] : [`--manifest ${path}: ${why}; name another file`];
}

function readOptions(flags: RunOptionFlags, told: readonly string[]): RunOptions {
  const problems = new Problems();
  const read = <T>(name: TextFlag, parse: (text: string) => T): T | undefined => {
    const text = flags[name];
    if (text === undefined) return undefined;
    return problems.parse(`${flagOf(name)} "${text}":`, () => parse(text), undefined);
  };
  const options: RunOptions = {
    prefix: flags.prefix,
    manifest: manifestOf(flags),
    include: flags.include ?? [],
    exclude: flags.exclude ?? [],
    kind: flags.kind,
    as: flags.as,
    only: read("only", selections) ?? null,
    force: flags.force === true,
    limit: read("limit", wholeNumber(1)),
    order: flags.order ?? "small",
    transfer: flags.transfer ?? "auto",
    retries: read("retries", wholeNumber(0)) ?? 5,
    maxDuration: read("maxDuration", someTime),
    maxFailures: read("maxFailures", failuresBound),
    failedTo: flags.failedTo,
    report: flags.report,
    preflight: flags.preflight !== false,
    deleteAfter: flags.deleteAfter === true,
    dryRun: flags.dryRun === true,
    allowEmpty: flags.allowEmpty === true,
    adoptFrom: flags.adoptFrom,
  };
  problems.add(...told, ...emptyFlags(flags), ...failedToProblems(options), ...reportProblems(options));
  if (options.manifest && options.prefix !== undefined)
    problems.add("--prefix cuts a listing: leave it out with --manifest, or use --include");
  problems.throwIfAny();
  return options;
}

/** The flags of `prewarm worker` that are no configuration: those of a run that it takes. Throws ConfigError like {@link readRunOptions}. */
export function readWorkerOptions(flags: RunOptionFlags): RunOptions {
  // The manifest of a worker may be made later.
  const options = readOptions(flags, []);
  if (options.manifest?.path === "-")
    throw new ConfigError([
      "--manifest -: a worker watches a file; use `prewarm run --manifest -`, or POST the entries to the worker",
    ]);
  return options;
}

function manifestOf({ manifest: path, manifestFormat: format }: RunOptionFlags): RunOptions["manifest"] {
  return path === undefined ? null : { path, format };
}

/** An empty value is mostly a variable of a script that was never set; only a prefix has a meaning without letters. */
function emptyFlags(flags: RunOptionFlags): string[] {
  return Object.entries(flags)
    .filter(
      ([name, value]) =>
        name !== "prefix" && (isBlank(value) || (Array.isArray(value) && value.some(isBlank))),
    )
    .map(([name]) => `${flagOf(name)} is empty: give it a value, or leave it out`);
}

function isBlank(value: unknown): boolean {
  return typeof value === "string" && value.trim() === "";
}

/** It is written while the manifest is read, and as JSON lines. */
function failedToProblems({ failedTo, manifest }: RunOptions): string[] {
  if (failedTo === undefined) return [];
  if (manifest && manifest.path !== "-" && isSameFile(failedTo, manifest.path))
    return ["--failed-to names the manifest itself, which would be emptied; use another name"];
  return /\.(jsonl|ndjson)$/i.test(failedTo)
    ? []
    : [`--failed-to ${failedTo}: JSON lines are written there; let the name end in .jsonl`];
}

/** Whatever else is named so is not written over by a page. */
function reportProblems({ report }: RunOptions): string[] {
  if (report === undefined || /\.html?$/i.test(report)) return [];
  return [`--report ${report}: a page is written there; let the name end in .html`];
}

function selections(text: string): Selection[] {
  const names = list(text);
  return (names.length > 0 ? names : [""]).map(selection);
}
