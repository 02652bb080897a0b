import type { ContentId } from "../domain/content.ts";
import type { Failure } from "../domain/failure.ts";
import type { Result } from "../domain/result.ts";
import type { KnownEntry, Task, TransferName } from "../domain/task.ts";
import type { SendRequest } from "../telegram/port.ts";

/** An object made ready for one call. */
export interface Prepared {
  readonly transfer: TransferName;
  /** Everything but the chat, the kind and the signal. */
  readonly request: Omit<SendRequest, "chat" | "kind" | "signal">;
  /** SHA-256 of the content where it is known already (small uploads), or once the body was read to its end. */
  readonly sha256: () => ContentId | null;
  /** Stored Content-Type where it was seen. */
  readonly mime: string | null;
}

/** Ways to hand an object to Telegram. `prepare` reads from R2 what is needed before the call, and nothing more. */
export interface Transfers {
  /** The way that is set (`--transfer`); `auto` lets each object go as the rules allow. */
  readonly mode: "auto" | TransferName;
  prepare(task: Task, signal: AbortSignal): Promise<Result<Prepared>>;
  /** What came of a call by URL: after failures to fetch and nothing else, the way is closed for the rest of the run. */
  urlResult(failure: Failure | null): void;
  /** A text that changes when a setting changes on which a permanent failure may depend. */
  settings(entry: KnownEntry): string;
}
