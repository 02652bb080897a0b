import type { ContentId } from "../domain/content.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Proof } from "../domain/proof.ts";
import type { BeginAllAnswer } from "./attempt-facts.ts";
import type { AttemptFacts, AttemptId, Confirmation, ReadContent } from "./port.ts";

/** An id that came in a pack, while it is not known whether the method of its kind takes it. */
export interface UnprovedId {
  /** Of the medium; it waits, neither under way nor in doubt. */
  readonly attempt: AttemptId;
  readonly bot: string;
  readonly kind: MediaKind;
  readonly key: string;
  readonly content: ContentId;
  readonly chatId: string;
  /** What is stored once the id is proved. */
  readonly confirmation: Confirmation;
}

/** A message that a canary posted. */
export interface CanaryMessage {
  readonly canary: AttemptId;
  readonly bot: string;
  readonly kind: MediaKind;
  readonly chatId: string;
  readonly messageId: number;
}

/** How a canary ended: its message is there; it was refused; nobody knows; or its message is gone again. */
export type CanaryEnd =
  | { readonly state: "ready"; readonly messageId: number }
  | { readonly state: "failed" | "unknown"; readonly failure: Failure }
  | { readonly state: "discarded" };

/** Packs: several media in one message, and what is proved of them. Each method takes effect as a whole. */
export interface PackedCalls {
  /** Records the attempts of one call, as `begin` does each, all or none; `TakenElsewhere` says which one another process has. */
  beginAll(facts: readonly AttemptFacts[]): Promise<AttemptId[]>;
  /** The same, as `beginRead` does each: where one of them is not to be begun, none is, and it is said which and why. */
  beginAllRead(facts: readonly AttemptFacts[], reads: readonly ReadContent[]): Promise<BeginAllAnswer>;
  /** Keeps what an attempt came to until its id is proved: its row stays as it is, and later processes find it as `under_way`. */
  holdUnproved(attempt: AttemptId, confirmation: Confirmation): Promise<void>;
  /** Drops an id that is good for nothing but its message; its row is to be warmed, also where it was in doubt. Throws `AttemptLost` for one that does not wait. */
  discard(attempt: AttemptId, failure: Failure): Promise<void>;
  /**
   * Leaves an id that waits, and could not be tried now, to whoever asks next for those that wait. With a failure its row is in doubt until
   * then, as that says; throws `AttemptLost` where it does not wait.
   */
  leaveUnproved(attempt: AttemptId, failure?: Failure): Promise<void>;
  /** Returns the ids that wait, the oldest first, but for those of another process that lives; they are this one's from then on. `confirm` takes their attempts. */
  unproved(bots: readonly string[]): Promise<UnprovedId[]>;
  /**
   * Records that an id is about to be sent by the method of its kind, in this chat, in a message whose caption is `tag`; null for none. Throws `LaneHeld` where its lane is not to be called, or is
   * another process's; nothing was written.
   */
  beginCanary(id: UnprovedId, chatId: string, tag: string | null): Promise<AttemptId>;
  /** Records how a canary ended, be it once more: one that was taken for lost may have posted. A message is recorded before it is deleted. */
  endCanary(canary: AttemptId, end: CanaryEnd): Promise<void>;
  /** Returns the messages of canaries that were not deleted, the oldest first, but for those of another process that lives; they are this one's from then on. */
  leftCanaries(bots: readonly string[]): Promise<CanaryMessage[]>;
  /** Returns what is proved, whatever its age. */
  proofs(): Promise<Proof[]>;
  /** Remembers a proof in place of an older one of the same bot, scope and matter. */
  keepProof(proof: Proof): Promise<void>;
}
