import { bareEtag } from "./content.ts";
import type { Entry } from "./entry.ts";
import { type Failure, failure } from "./failure.ts";

/** Size and ETag of an object as the bucket gives them. */
export interface ObjectFacts {
  readonly bytes: number;
  readonly etag: string;
}

/** Whether size and ETag of an entry are what somebody says (a manifest), not what we saw (a listing, the ledger, a HEAD). */
export function isStated({ seen, modifiedAt }: Entry): boolean {
  return seen !== true && modifiedAt === undefined;
}

/**
 * Returns in what an object is not the one that its entry states, each half on its own; null when it is, or where neither is
 * stated. An ETag is not compared where the server gives none.
 */
export function disagreement(entry: Entry, has: ObjectFacts): Failure | null {
  if (!isStated(entry)) return null;
  const { key, bytes, etag } = entry;
  const size =
    bytes === undefined || bytes === has.bytes ? [] : [`bytes ${bytes}, the object has ${has.bytes}`];
  const mark =
    !etag || has.etag === "" || bareEtag(etag) === bareEtag(has.etag)
      ? []
      : [`etag ${bareEtag(etag)}, the object has ${bareEtag(has.etag)}`];
  const wrong = [...size, ...mark];
  return wrong.length === 0
    ? null
    : failure("object_mismatch", `${key} is not what the manifest says: ${wrong.join("; ")}`);
}

/** The SHA-256 that somebody states of an object, which says nothing of other keys until it was read; null where none does. */
export function statedHash({ sha256, hashKept }: Entry): string | null {
  return sha256 === undefined || hashKept ? null : sha256;
}

/** The entry as the ledger may know it: without a SHA-256 that nobody has checked. */
export function withoutStatedHash<E extends Entry>(entry: E): E {
  return statedHash(entry) === null ? entry : { ...entry, sha256: undefined };
}

/** The entry of a row of the ledger, whose SHA-256 is what was read, or what the system before had. */
export function hashKept<E extends Entry>(entry: E): E {
  return entry.sha256 === undefined ? entry : { ...entry, hashKept: true };
}
