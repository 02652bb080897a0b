import type { SourceItem } from "../domain/entry.ts";

/**
 * Where work comes from, in pages. A page holds what arrived together (a page of a listing, a chunk of a pipe), in order,
 * some 1,000 items at most; nothing is held back until it is full, and it may be empty. Read lazily, no faster than it is
 * asked, in memory that does not grow with its length. Iteration throws SourceFailed when no more of it can be read, after the
 * pages that came before.
 */
export type Source = AsyncIterable<readonly SourceItem[]>;
