import type { Clock } from "../domain/clock.ts";
import { readEtag } from "../domain/content.ts";
import type { Entry } from "../domain/entry.ts";
import type { Failure } from "../domain/failure.ts";
import { kindOfKey, kindOfMime, type MediaKind } from "../domain/media.ts";
import { askPatiently, HASTE, type Patience } from "../domain/patience.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { disagreement, isStated } from "../domain/stated.ts";
import type { KnownEntry } from "../domain/task.ts";
import type { ObjectInfo, Storage } from "../storage/port.ts";

/** An entry with all that the plan needs. */
export interface Complete {
  readonly entry: KnownEntry;
  readonly kind: MediaKind;
}

/** With `there`, an object that is there but cannot be warmed as the entry has it. */
export type Completed = Result<Complete> & {
  readonly there?: { readonly entry: Entry; readonly kind: MediaKind };
};

export interface CompleteOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  /** This kind whatever the entry says. */
  readonly as?: MediaKind | undefined;
  /** With an object that R2 does not answer for; in haste by default. */
  readonly patience?: Patience | undefined;
}

/** An entry of which the source said all that the plan needs; null when the object has to be asked. */
export function asItIs(entry: Entry, as: MediaKind | undefined): Result<Complete> | null {
  const kind = as ?? entry.kind ?? kindOfKey(entry.key);
  const { bytes, etag } = entry;
  if (bytes === undefined || !etag || kind === undefined || (bytes === 0 && isStated(entry))) return null;
  return ok({ entry: { ...entry, bytes, etag: readEtag(etag) }, kind });
}

/**
 * Asks the object (HEAD) for what the source did not say: size, ETag, and the type where neither the manifest nor the
 * extension gives a kind. What a manifest did say of them has to be so.
 */
export async function complete(entry: Entry, options: CompleteOptions): Promise<Completed> {
  const info = await patientHead(entry.key, options);
  const kind = (mime: string) => options.as ?? entry.kind ?? kindOfKey(entry.key) ?? kindOfMime(mime);
  if (!info.ok) {
    const isThere = info.failure.reason === "content_encoding";
    return isThere ? { ...info, there: { entry: { key: entry.key }, kind: kind("") } } : info;
  }
  const { bytes, etag, mime, packing = "" } = info.value;
  const there = { entry: { ...entry, bytes, etag, mime, packing, seen: true }, kind: kind(mime) };
  const wrong = disagreement(entry, info.value);
  return wrong ? { ...failed(wrong), there } : ok(there);
}

function patientHead(key: string, options: CompleteOptions): Promise<Result<ObjectInfo>> {
  const { storage, clock, patience = HASTE } = options;
  const mayPass = (failure: Failure) => failure.class === "transient";
  return askPatiently(() => storage.head(key), { patience, clock, mayPass });
}
