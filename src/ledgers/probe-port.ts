import type { MediaKind } from "../domain/media.ts";
import type { AttemptId } from "./port.ts";

/** A message that is posted to find something out, and deleted again. */
export interface ProbePost {
  /** Slug. */
  readonly bot: string;
  readonly chatId: string;
  readonly kind: MediaKind;
  /** Its caption, or that of its first medium. */
  readonly tag: string;
}

/** One whose answer was lost, or a canary of which that holds: it may be in its chat. Unix milliseconds. */
export interface LostProbe extends ProbePost {
  readonly attempt: AttemptId;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The last attempt that had begun when its answer was lost; null where that was not kept. */
  readonly lastBegun: number | null;
}

/**
 * Messages of `prewarm probe`. They are ended as canaries are, by `endCanary`, and those that were not deleted are among
 * `leftCanaries`, so that the next run takes them away as well. Each method takes effect as a whole.
 */
export interface ProbePosts {
  /** Records that a message is about to be posted. */
  beginProbe(post: ProbePost): Promise<AttemptId>;
  /**
   * Returns those whose answers were lost, and canaries of which that holds, the oldest first; `closeLost` ends them, and `endCanary` where the message
   * was found.
   */
  lostProbes(bots: readonly string[]): Promise<LostProbe[]>;
}
