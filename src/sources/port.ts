import type { SourceItem } from "../domain/entry.ts";
import type { MediaKind } from "../domain/media.ts";

/**
 * Where work comes from, in pages. A page holds what arrived together (a page of a listing, a chunk of a pipe), in order,
 * some 1,000 items at most; nothing is held back until it is full, and it may be empty. Read lazily, no faster than it is
 * asked, in memory that does not grow with its length. Iteration throws SourceFailed when no more of it can be read, after the
 * pages that came before.
 */
export type Source = AsyncIterable<readonly SourceItem[]>;

/** Which entries of a source take part, and what became of the filters once it was read. */
export interface SelectionTally {
  /** Keys that filters turned away so far. */
  readonly filtered: number;
  /** Keys that the bucket has listed so far; 0 where it is not asked. */
  readonly listed: number;
  /** Whether entries of this kind take part; to be asked once an entry. */
  takesKind(kind: MediaKind): boolean;
  /** The source has been read to its end. Throws SourceFailed when a filter found nothing in a source that has keys. */
  ended(): Promise<void>;
}

/** A source that is about to be read, and what chooses among its entries. */
export interface OpenSource {
  readonly source: Source;
  readonly selection: SelectionTally;
}
