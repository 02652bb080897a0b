import type { SourceItem } from "../domain/entry.ts";
import type { Failure } from "../domain/failure.ts";

/**
 * Where work comes from, in pages: what arrived together (a page of a listing, a chunk of a pipe), at most 1,000 items, in
 * order. Nothing is held back until a page is full, and a page may be empty. Read lazily, no faster than it is asked, in
 * memory that does not grow with its length. Iteration throws {@link SourceFailed} when no more of it can be had at all, after
 * the pages that came before.
 */
export type Source = AsyncIterable<readonly SourceItem[]>;

/** The source as a whole failed: a page could not be listed, a manifest could not be opened or makes no sense from its start. */
export class SourceFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "SourceFailed";
    this.failure = failure;
  }
}
