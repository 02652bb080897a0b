import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Emitter } from "../../domain/events.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { Reporter } from "../reporter.ts";

/**
 * Writes what failed or is unknown as a manifest (jsonl) that `--manifest` takes. What the object itself says better
 * (size, ETag, type) is left out, so that it is asked anew; `reason` and `message` are for people, a run passes over them. Throws when the file cannot be made.
 */
export async function failedToReporter(events: Emitter, path: string): Promise<Reporter> {
  const out = createWriteStream(path);
  await once(out, "open");
  out.on("error", (error) =>
    events.emit("notice", { level: "warn", text: `--failed-to ${path}: ${error.message}` }),
  );
  events.on("item", (item) => {
    if ((item.status === "failed" || item.status === "unknown") && item.key !== null)
      out.write(`${JSON.stringify(entryOf(item))}\n`);
  });
  return {
    stop: () => new Promise((resolve) => (out.destroyed ? resolve() : out.end(() => resolve()))),
  };
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
