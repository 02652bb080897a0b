import { Readable } from "node:stream";
import type { ManifestFormat } from "../../src/domain/choices.ts";
import type { SourceItem } from "../../src/domain/entry.ts";
import { SourceFailed } from "../../src/domain/source-failed.ts";
import type { KeyFilter } from "../../src/sources/filter.ts";
import { manifestSource } from "../../src/sources/manifest.ts";
import type { Source } from "../../src/sources/port.ts";
import { KeySelection, type SelectionOptions } from "../../src/sources/selection.ts";

/** Reads text as a manifest called `list.<format>`, handed over in pieces of `piece` bytes. */
export async function read(
  format: ManifestFormat,
  content: string | Buffer,
  piece = 64,
): Promise<SourceItem[]> {
  const bytes = Buffer.from(content);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
  const open = () => Readable.from(pieces, { objectMode: false });
  return all(manifestSource(open, { name: `list.${format}`, format }));
}

/** Everything that a source yields, page by page. */
export async function pagesOf(source: Source): Promise<(readonly SourceItem[])[]> {
  const pages: (readonly SourceItem[])[] = [];
  for await (const page of source) pages.push(page);
  return pages;
}

/** Everything that a source yields. */
export async function all(source: Source): Promise<SourceItem[]> {
  return (await pagesOf(source)).flat();
}

/** One line for each item: the key, or what is wrong, or why it is passed over. */
export function told(items: readonly SourceItem[]): string[] {
  return items.map((item) => {
    if (item.type === "entry") return item.entry.key;
    return item.type === "bad" ? item.failure.message : `${item.key} skipped: ${item.reason}`;
  });
}

/** The failure of a source that cannot be read at all. */
export async function failureOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SourceFailed)) throw new Error(`did not fail as a source: ${error}`);
  return `${error.failure.class}/${error.failure.reason} ${error.message}`;
}

/** A selection by these rules that nobody listens to. */
export function selectionOf(rules: Partial<SelectionOptions> = {}): KeySelection {
  return new KeySelection({
    include: [],
    exclude: [],
    isListing: true,
    onNothing: "inform",
    whenEmpty: async () => ({ text: "no keys", isMissed: false }),
    tell: () => {},
    ...rules,
  });
}

/** Which keys patterns let through. */
export function filterOf(patterns: Pick<SelectionOptions, "include" | "exclude">): KeyFilter {
  return selectionOf(patterns).takes;
}
