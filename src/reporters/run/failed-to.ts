import type { Emitter } from "../../domain/events.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import { openEntryFile } from "../entry-file.ts";
import type { Reporter } from "../reporter.ts";

/**
 * Writes what failed or is unknown as a manifest (jsonl) that `--manifest` takes. What the object itself says better
 * (size, ETag, type) is left out, so that it is asked anew; `reason` and `message` are for people, a run passes over them. Throws when the file cannot be made.
 */
export async function failedToReporter(events: Emitter, path: string): Promise<Reporter> {
  const file = await openEntryFile(events, path, "--failed-to");
  events.on("item", (item) => {
    if ((item.status === "failed" || item.status === "unknown") && item.key !== null)
      file.write(entryOf(item));
  });
  return file;
}

function entryOf(item: ItemResult): object {
  const {
    etag: _etag,
    bytes: _bytes,
    mime: _mime,
    modifiedAt: _modified,
    seen: _seen,
    packing: _packing,
    ...said
  } = item.entry ?? { key: item.key };
  const { reason, message } = item.error ?? {};
  return {
    ...said,
    kind: item.askedKind ?? item.kind ?? undefined,
    bot: item.bot ?? undefined,
    reason,
    message,
  };
}
