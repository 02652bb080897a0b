import { definedOnly } from "../domain/defined-only.ts";
import type { Entry, SourceItem } from "../domain/entry.ts";
import { hashKept } from "../domain/stated.ts";
import type { Selected } from "../ledgers/port.ts";
import type { KeyFilter } from "./filter.ts";
import type { Source } from "./port.ts";

/** What the ledger selected (`--only`), each as an entry of its bot and kind; keys that the filter turns away do not come. */
export async function* ledgerSource(rows: AsyncIterable<readonly Selected[]>, filter: KeyFilter): Source {
  for await (const page of rows)
    yield page
      .filter(({ entry }) => filter(entry.key))
      .map(({ bot, kind, entry }) => ({
        type: "entry",
        entry: { ...hashKept(entry), kind, bot, seen: true },
      }));
}

/**
 * A manifest cut to the keys of another source, which is held in memory (the rows of {@link ledgerSource}). An entry comes
 * once for each row of its key, with the bot and kind of the row; what else the manifest says goes before what the row says.
 * Lines that cannot be read come all the same.
 */
export async function* cutTo(rows: Source, manifest: Source): Source {
  const held = new Map<string, Entry[]>();
  for await (const page of rows)
    for (const item of page)
      if (item.type === "entry") held.set(item.entry.key, [...(held.get(item.entry.key) ?? []), item.entry]);
  for await (const page of manifest)
    yield page.flatMap((item) =>
      item.type === "entry" ? ofRows(item.entry, held.get(item.entry.key) ?? []) : [item],
    );
}

function ofRows(entry: Entry, rows: readonly Entry[]): SourceItem[] {
  return rows
    .filter(({ bot }) => entry.bot === undefined || entry.bot === bot)
    .map(({ key, bot, kind, ...row }) => {
      const isStated = entry.etag !== undefined || entry.bytes !== undefined;
      // Half of what the manifest says and half of what was seen once would be neither.
      const before = isStated ? {} : { etag: row.etag, bytes: row.bytes, seen: true };
      return { type: "entry", entry: { ...before, ...definedOnly(entry), key, bot, kind } };
    });
}
