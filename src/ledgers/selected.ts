import type { Selection } from "../domain/choices.ts";
import type { Entry } from "../domain/entry.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Reason } from "../domain/reasons.ts";

/** A row found by `--only`. Size and ETag are those last seen; rows that prewarm did not write may lack them. */
export interface Selected {
  readonly bot: string;
  readonly kind: MediaKind;
  readonly entry: Entry;
  /** False where the key was never asked for as this kind, only another one of its content; absent otherwise. */
  readonly asked?: false;
}

/** What {@link Ledger.select} is cut to. */
export interface Cut {
  readonly prefix?: string | undefined;
  readonly bots: readonly string[];
  /** Also keys that were never asked for as the kind of their row, for a source that says itself what it asks for. */
  readonly anyKind?: boolean | undefined;
}

/** A row of a key, as {@link Ledger.rowsOf} finds it. */
export interface RowOfKey extends Selected {
  /** `waiting` has no id yet, and nothing that went wrong; a photo that stands as a document is `weak`. */
  readonly state: "ready" | "waiting" | Selection;
  /** Why it failed, is unknown or weak; null where that is not recorded. */
  readonly reason: Reason | null;
}
