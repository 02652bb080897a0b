import type { TransferMode } from "../domain/choices.ts";
import type { ContentId } from "../domain/content.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Result } from "../domain/result.ts";
import type { Shown } from "../domain/shown.ts";
import type { KnownEntry, Task, TransferName } from "../domain/task.ts";
import type { MessageMedia } from "../telegram/port.ts";

/** An object that is ready for one call. */
export interface Prepared {
  readonly transfer: TransferName;
  /** What the message is to hold. A URL is signed each time that it is asked for. */
  readonly request: MessageMedia;
  /**
   * Returns the SHA-256 of the content: for small uploads right away, for others once the body was read to its end;
   * null before that.
   */
  readonly sha256: () => ContentId | null;
  /** Stored Content-Type, null where it was not seen. */
  readonly mime: string | null;
  /** What people will see besides it. */
  readonly shown: Shown;
  /** Gives back what was opened and is not going to be sent. Safe at any time; what is in memory can still be sent. */
  readonly drop: () => void;
  /**
   * Lets go of what is in memory, once it is not going to be sent again. To leave that to the collection of garbage costs a fifth
   * of all CPU of small uploads: of two objects that outlive a quick collection, the dead older one keeps the younger one.
   */
  readonly forget?: (() => void) | undefined;
}

/** The ways to send an object to Telegram. */
export interface Transfers {
  /** The way that is set (`--transfer`); `auto` lets each object go as the rules allow. */
  readonly mode: TransferMode;
  /**
   * Makes a task ready for one call: a small object is read whole, a large one opened and held back, of one that goes by URL its
   * type is asked for where that decides. What is opened ends with the signal.
   */
  prepare(task: Task, signal: AbortSignal): Promise<Result<Prepared>>;
  /** How a task would go by what is known before it is read; it may turn out that it cannot go by URL. */
  guess(task: Task): TransferName;
  /** Reports how a call by URL ended. After several failed fetches and no success, nothing more goes by URL in this run. */
  urlResult(failure: Failure | null): void;
  /** Returns what people are to see of an entry, by what is stated; by the name of its key too where that is `named`. */
  wanted(entry: KnownEntry, kind: MediaKind, named: boolean): Shown;
  /** Returns a text that changes when a setting changes that a permanent failure may depend on. */
  settings(entry: KnownEntry): string;
}
