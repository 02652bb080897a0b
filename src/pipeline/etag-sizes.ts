import { asMarker, namesContent } from "../domain/content.ts";
import type { KnownEntry } from "../domain/task.ts";

/** ETags remembered at least: more than a queue and a page hold, so that nothing that is still to be written down is missed. */
const REMEMBERED = 10_000;

/**
 * With which size an ETag was met lately. One that objects of two sizes have is no name of content, whatever its form. What
 * the ledger has seen before is the ledger's to say ({@link Found.manySizes}).
 */
export class EtagSizes {
  /** `null` for two sizes. */
  #bytes = new Map<string, number | null>();
  /** Those before them, forgotten together: to look for the oldest of a map walks over all that were deleted from its front. */
  #before = new Map<string, number | null>();
  #doubted = false;

  note({ etag, bytes }: KnownEntry): void {
    if (!namesContent(etag)) return;
    const met = this.#met(etag);
    const same = met === undefined || met === bytes;
    this.#doubted ||= !same;
    this.#bytes.set(etag, same ? bytes : null);
    if (this.#bytes.size < REMEMBERED) return;
    this.#before = this.#bytes;
    this.#bytes = new Map();
  }

  /** The entry with an ETag that says no more than it can. */
  judged(entry: KnownEntry): KnownEntry {
    return this.#doubted && this.#met(entry.etag) === null ? { ...entry, etag: asMarker(entry.etag) } : entry;
  }

  #met(etag: string): number | null | undefined {
    const bytes = this.#bytes.get(etag);
    return bytes === undefined ? this.#before.get(etag) : bytes;
  }
}
