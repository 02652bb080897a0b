import type { ContentId } from "../domain/content.ts";

/** A key whose object is gone, with the content that it was known by. */
export interface GoneKey {
  readonly key: string;
  readonly content: ContentId;
}

/** What a ledger does about objects that the bucket no longer has. */
export interface ForgottenKeys {
  /**
   * Lets a key point at no content any more, if it still points at this one: readers find no id by it. Its row in `media_store`
   * stays, since tables of others may refer to it, and so do the ids of its content: an object that comes back is ready
   * without being sent. False where nothing had to be changed.
   */
  forget(gone: GoneKey): Promise<boolean>;
}
