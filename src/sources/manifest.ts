import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { MANIFEST_FORMATS, type ManifestFormat } from "../domain/choices.ts";
import type { SourceItem } from "../domain/entry.ts";
import { extensionOf } from "../domain/media.ts";
import type { KeyFilter } from "./filter.ts";
import { jsonlEntries } from "./jsonl.ts";
import { manifestBytes } from "./manifest-bytes.ts";
import { type RawEntry, readEntry } from "./manifest-entry.ts";
import type { Source } from "./port.ts";

/** A chunk of short lines holds more entries than the ledger should be asked about at once. */
const PAGE_ITEMS = 1_000;

type FormatReader = (pieces: AsyncIterable<Buffer>, name: string) => AsyncIterable<RawEntry[]>;

/** Parsers are loaded by who reads such a file: a run that lists its bucket starts without them. */
const READERS: Readonly<Record<ManifestFormat, () => Promise<FormatReader>>> = {
  jsonl: async () => jsonlEntries,
  json: async () => (await import("./json.ts")).jsonEntries,
  csv: async () => (await import("./csv.ts")).csvEntries,
};

/** The entries of a file in this format as they stand there, in pieces. Throws SourceFailed as {@link manifestSource} does. */
export async function* rawEntries(
  open: () => Readable,
  { name, format }: { readonly name: string; readonly format: ManifestFormat },
): AsyncIterable<RawEntry[]> {
  const read = await READERS[format]();
  yield* read(manifestBytes(open, name), name);
}

/** The format that a path stands for by its extension; `-` (stdin) is jsonl; `null` when the extension says nothing. */
export function formatOf(path: string): ManifestFormat | null {
  if (path === "-") return "jsonl";
  const extension = extensionOf(path);
  if (extension === "ndjson") return "jsonl";
  return MANIFEST_FORMATS.find((format) => format === extension) ?? null;
}

/** How a `--manifest` value is opened, and what it is called in messages; `-` is stdin. */
export function manifestFile(path: string): { open: () => Readable; name: string } {
  return path === "-"
    ? { open: () => process.stdin, name: "stdin" }
    : { open: () => createReadStream(path), name: path };
}

/**
 * The entries of a manifest, read no faster than they are asked for and in constant memory. A line that is wrong comes as `bad`
 * with `name:line` (`name[index]` in a JSON array) and does not hold up the others; keys that the filter turns away do not come.
 * Throws SourceFailed when the file cannot be read, or is not of this format from its start.
 */
export async function* manifestSource(
  open: () => Readable,
  options: { name: string; format: ManifestFormat; filter?: KeyFilter },
): Source {
  const { name, format, filter = () => true } = options;
  const takesPart = (item: SourceItem) =>
    item.type === "bad" || filter(item.type === "entry" ? item.entry.key : item.key);
  for await (const block of rawEntries(open, { name, format })) {
    for (let at = 0; at < block.length; at += PAGE_ITEMS)
      yield block
        .slice(at, at + PAGE_ITEMS)
        .map(readEntry)
        .filter(takesPart);
  }
}
