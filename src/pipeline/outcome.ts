import type { ContentId } from "../domain/content.ts";
import type { Failure } from "../domain/failure.ts";
import type { PackedIn } from "../domain/outcome.ts";
import type { Shown } from "../domain/shown.ts";
import type { TransferName } from "../domain/task.ts";
import type { AttemptFacts, AttemptId, StoredId } from "../ledgers/port.ts";
import type { Sent } from "../telegram/port.ts";

/** Where the time of a try went, in milliseconds on the engine's clock. */
export interface Spent {
  readonly download: number;
  readonly lane: number;
  readonly send: number;
  /** Writing the try down before its call. */
  readonly begin: number;
  /** Waiting for a place after that, where it was written down before it had one. */
  readonly queue: number;
  /** What of it passed between taking the permit and being ready for it. */
  readonly ahead: number;
  /** For which it kept its place busy, waits for the lane left out: reading, where that was not done ahead, and sending. */
  readonly place: number;
}

/** Where a medium is in a pack. */
interface PackPlace extends PackedIn {
  /** Rows that still need its message. */
  readonly message: { rows: number };
}

/** Why nothing was sent. */
export type Unsent =
  /** There is an id of its content by now. */
  | { readonly type: "known"; readonly stored: StoredId; readonly content: ContentId }
  /** Another process is sending it, or has sent it since the ledger was asked about it. */
  | { readonly type: "elsewhere" }
  /** A call for its content is in doubt. */
  | { readonly type: "in_doubt"; readonly content: ContentId }
  /**
   * Nothing was sent, for now: the permit was lost (lane frozen or closed meanwhile, or the run drains), or the same
   * content is on its way under another key, or its pack had no room. The item waits `ms` before its next try, which is by itself if `alone`.
   * `begun` is what was written down of it already, and why its call was not made.
   */
  | {
      readonly type: "put_off";
      readonly ms: number;
      readonly alone?: boolean;
      readonly begun?: { readonly attempt: AttemptId; readonly why: Failure };
    };

/** What one try came to. */
export interface Outcome {
  readonly facts: AttemptFacts;
  readonly spent: Spent;
  /** How the call was made; null when it never came to one. */
  readonly transfer: TransferName | null;
  /** The pack that it went in; absent for a message of its own. */
  readonly pack?: PackPlace | undefined;
  readonly result:
    | {
        readonly type: "sent";
        readonly attempt: AttemptId;
        readonly sent: Sent;
        readonly content: ContentId;
        readonly mime: string | null;
        readonly shown: Shown;
      }
    | Unsent
    /** `startedAt` is when the call began, and `content` what it was for, as it was read; absent where there was none. */
    | {
        readonly type: "failed";
        readonly attempt: AttemptId | null;
        readonly failure: Failure;
        readonly startedAt?: number;
        readonly content?: ContentId;
      }
    /** Its pack was refused for the sake of one medium, perhaps of this one: nothing was posted, and it goes again. */
    | { readonly type: "packed_again"; readonly attempt: AttemptId; readonly failure: Failure };
}

/** Makes the call of a try that was written down, once there is a place for it, and all that has to be done before the place is free again. */
export type InPlace = (call: () => Promise<Outcome>) => Promise<Outcome>;

/** What becomes of content that is being sent under another key. */
export const SAME_CONTENT = { type: "put_off", ms: 500 } as const;

/** Whether it goes again with what was read: it was not sent, or is to be sent as it was a little later. */
export function isAsRead({ result }: Outcome): boolean {
  return result.type === "put_off" || (result.type === "failed" && result.failure.class === "flood");
}
