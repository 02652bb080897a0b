import { asMarker, namesContent } from "../domain/content.ts";
import type { KnownEntry } from "../domain/task.ts";
import { Lately } from "./lately.ts";

/** ETags remembered at least: more than a queue and a page hold, so that nothing that is still to be written down is missed. */
const REMEMBERED = 10_000;

/**
 * With which size an ETag was met lately. One that objects of two sizes have is no name of content, whatever its form. What
 * the ledger has seen before is the ledger's to say ({@link Found.manySizes}).
 */
export class EtagSizes {
  /** `null` for two sizes. */
  readonly #bytes = new Lately<number | null>(REMEMBERED);
  #doubted = false;

  note({ etag, bytes }: KnownEntry): void {
    if (!namesContent(etag)) return;
    const met = this.#bytes.get(etag);
    const same = met === undefined || met === bytes;
    this.#doubted ||= !same;
    this.#bytes.set(etag, same ? bytes : null);
  }

  /** The entry with an ETag that says no more than it can. */
  judged(entry: KnownEntry): KnownEntry {
    return this.#doubted && this.#bytes.get(entry.etag) === null
      ? { ...entry, etag: asMarker(entry.etag) }
      : entry;
  }
}
