import type { SourceItem } from "../domain/entry.ts";

/** Where work comes from: read lazily, no faster than it is asked, in memory that does not grow with its length. */
export type Source = AsyncIterable<SourceItem>;
