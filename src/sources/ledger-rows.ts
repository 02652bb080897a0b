import { definedOnly } from "../domain/defined-only.ts";
import type { Entry, SourceItem } from "../domain/entry.ts";
import type { MediaKind } from "../domain/media.ts";
import { hashKept } from "../domain/stated.ts";
import type { Selected } from "../ledgers/port.ts";
import type { KeyFilter } from "./filter.ts";
import type { Source } from "./port.ts";

/** What the ledger selected (`--only`), each as an entry of its bot and kind; keys that the filter turns away do not come. */
export async function* ledgerSource(rows: AsyncIterable<readonly Selected[]>, filter: KeyFilter): Source {
  for await (const page of rows)
    yield page
      .filter(({ entry }) => filter(entry.key))
      .map((row) => ({ type: "entry", entry: entryOf(row) }));
}

function entryOf({ bot, kind, entry }: Selected): Entry {
  return { ...hashKept(entry), kind, bot, seen: true };
}

/**
 * A manifest cut to what the ledger selected, which is held in memory. An entry comes once for each row of its key that it asks
 * for, with the bot and kind of the row; what else the manifest says goes before what the row says. An entry that names a kind asks
 * for rows of that kind, one that names none for those that its key was asked for as; with `as` all ask for that kind. Lines that
 * cannot be read come all the same.
 */
export async function* cutTo(
  rows: AsyncIterable<readonly Selected[]>,
  manifest: Source,
  as?: MediaKind | undefined,
): Source {
  const held = new Map<string, Selected[]>();
  for await (const page of rows)
    for (const row of page) held.set(row.entry.key, [...(held.get(row.entry.key) ?? []), row]);
  for await (const page of manifest)
    yield page.flatMap((item) =>
      item.type === "entry" ? ofRows(item.entry, held.get(item.entry.key) ?? [], as) : [item],
    );
}

function ofRows(entry: Entry, rows: readonly Selected[], as: MediaKind | undefined): SourceItem[] {
  return rows
    .filter((row) => asks(entry, row, as ?? entry.kind))
    .map(entryOf)
    .map(({ key, bot, kind, ...row }) => {
      const isStated = entry.etag !== undefined || entry.bytes !== undefined;
      // Half of what the manifest says and half of what was seen once would be neither.
      const before = isStated ? {} : { etag: row.etag, bytes: row.bytes, seen: true };
      return { type: "entry", entry: { ...before, ...definedOnly(entry), key, bot, kind } };
    });
}

function asks(entry: Entry, { bot, kind, asked }: Selected, wanted: MediaKind | undefined): boolean {
  const isOfKind = wanted === undefined ? asked !== false : wanted === kind;
  return isOfKind && (entry.bot === undefined || entry.bot === bot);
}
