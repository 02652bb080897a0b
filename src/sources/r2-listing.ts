import type { SourceItem } from "../domain/entry.ts";
import type { Result } from "../domain/result.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { ListedObject } from "../storage/port.ts";
import type { KeyFilter } from "./filter.ts";
import type { Source } from "./port.ts";

/**
 * The objects of a listing, a page at a time, in its order. Folder markers (keys that end in `/`) and empty objects come
 * as `skip`; keys that the filter turns away do not come at all. Throws SourceFailed when a page cannot be listed.
 */
export async function* listingSource(
  pages: AsyncIterable<Result<readonly ListedObject[]>>,
  filter: KeyFilter,
): Source {
  for await (const page of pages) {
    if (!page.ok) throw new SourceFailed(page.failure);
    yield page.value.filter(({ key }) => filter(key)).map(itemOf);
  }
}

function itemOf(object: ListedObject): SourceItem {
  const { key, bytes } = object;
  if (key.endsWith("/")) return { type: "skip", key, bytes, reason: "folder_marker" };
  if (bytes === 0) return { type: "skip", key, bytes, reason: "empty_object" };
  return { type: "entry", entry: object };
}
