import { asMarker, namesContent } from "../domain/content.ts";
import type { KnownEntry } from "../domain/task.ts";

/** ETags remembered at most: more than a queue and a page hold, so that nothing that is still to be written down is missed. */
const REMEMBERED = 10_000;

/**
 * With which size an ETag was met lately. One that objects of two sizes have is no name of content, whatever its form. What
 * the ledger has seen before is the ledger's to say ({@link Found.manySizes}).
 */
export class EtagSizes {
  /** `null` for two sizes. */
  readonly #bytes = new Map<string, number | null>();

  note({ etag, bytes }: KnownEntry): void {
    if (!namesContent(etag)) return;
    const before = this.#bytes.get(etag);
    this.#bytes.delete(etag);
    this.#bytes.set(etag, before === undefined || before === bytes ? bytes : null);
    const [oldest] = this.#bytes.size > REMEMBERED ? this.#bytes.keys() : [];
    if (oldest !== undefined) this.#bytes.delete(oldest);
  }

  /** The entry with an ETag that says no more than it can. */
  judged(entry: KnownEntry): KnownEntry {
    return this.#bytes.get(entry.etag) === null ? { ...entry, etag: asMarker(entry.etag) } : entry;
  }
}
