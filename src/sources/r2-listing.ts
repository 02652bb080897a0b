import type { Clock } from "../domain/clock.ts";
import type { SourceItem } from "../domain/entry.ts";
import { type Failure, failure } from "../domain/failure.ts";
import { isKeptText } from "../domain/kept-text.ts";
import type { Patience } from "../domain/patience.ts";
import { SourceFailed } from "../domain/source-failed.ts";
import type { ListedObject, ObjectPages } from "../storage/port.ts";
import type { KeyFilter } from "./filter.ts";
import type { Source } from "./port.ts";

/** How a page that fails is asked for again. */
export interface Again {
  readonly patience: Patience;
  readonly clock: Clock;
  /** Ends the pauses: the page is then not asked for any more. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The objects of a listing, a page at a time, in its order. Folder markers (keys that end in `/`) and empty objects come
 * as `skip`, keys that no ledger keeps as `bad`; keys that the filter turns away do not come at all. A page that fails for a reason that may pass is asked for
 * again as patiently as `again` says, not at all without it. Throws SourceFailed when a page cannot be listed.
 */
export async function* listingSource(pages: ObjectPages, filter: KeyFilter, again?: Again): Source {
  const iterator = pages[Symbol.asyncIterator]();
  let tries = 0;
  try {
    for (;;) {
      const { done, value: page } = await iterator.next(tries === 0 ? undefined : "again");
      if (done) return;
      if (page.ok) {
        tries = 0;
        yield page.value.filter(({ key }) => filter(key)).map(itemOf);
      } else {
        if (!(await waitFor(page.failure, tries, again))) throw new SourceFailed(page.failure);
        tries += 1;
      }
    }
  } finally {
    await iterator.return?.();
  }
}

/** Waits until a page may be asked for again; false where it is not to be. */
async function waitFor(
  { class: failureClass, reason }: Failure,
  tries: number,
  again: Again | undefined,
): Promise<boolean> {
  const mayPass = failureClass === "transient" && reason !== "stopped";
  if (!again || !mayPass || tries >= again.patience.retries) return false;
  await again.clock.sleep(again.patience.pauseMs(tries), again.signal);
  return !again.signal?.aborted;
}

function itemOf(object: ListedObject): SourceItem {
  const { key, bytes } = object;
  if (!isKeptText(key)) return unkept(key);
  if (key.endsWith("/")) return { type: "skip", key, bytes: bytes ?? 0, reason: "folder_marker" };
  if (bytes === 0) return { type: "skip", key, bytes, reason: "empty_object", entry: object };
  return { type: "entry", entry: object };
}

function unkept(key: string): SourceItem {
  const where = Buffer.from(key.replaceAll("\0", "\\0")).toString();
  return { type: "bad", where, failure: failure("key_not_kept", `${where}: no ledger keeps such a key`) };
}
