import type { Clock } from "../domain/clock.ts";
import type { ProofWhat } from "../domain/proof.ts";
import type { Result } from "../domain/result.ts";
import type { ProbeLane } from "./lane.ts";
import type { ProbeMedia } from "./media.ts";

/** For whom something was found out: the bot, all chats of this type, or this chat alone. */
type FoundScope = "bot" | "type" | "chat";

/** What was seen: figures and texts, no secrets. */
export type ProbeEvidence = Readonly<Record<string, unknown>>;

/** Something that was found out. */
export interface ProbeFound {
  readonly what: ProofWhat;
  readonly scopes: readonly FoundScope[];
  readonly result: string;
  readonly evidence: ProbeEvidence;
}

/** How an experiment ended. */
export type ProbeVerdict =
  | { readonly type: "found"; readonly found: readonly ProbeFound[]; readonly says: string }
  /** There is nothing to find out here; `says` why. */
  | { readonly type: "moot"; readonly says: string }
  /** It came to no result; another try may. */
  | { readonly type: "open"; readonly says: string };

/** A bot in a chat, and what else an experiment may use there. */
export interface ProbePlace {
  readonly lane: ProbeLane;
  /** Another bot in the same chat; null where none is configured there. */
  readonly second: ProbeLane | null;
  readonly media: ProbeMedia;
  /** GET URLs of small photos that Telegram can fetch, signed now, so many with repetitions; fails with why there are none. */
  readonly urls: (count: number) => Promise<Result<readonly string[]>>;
  /** Uploads a small picture as the file of a sticker, which posts nothing; its id. */
  readonly sticker: () => Promise<Result<string>>;
  /** Bytes of all uploads of one message that a run would send at the most. */
  readonly mostBytes: number;
}

/** What is known of something, and how it was seen. */
export interface KnownResult {
  readonly result: string;
  readonly evidence: ProbeEvidence;
}

/** Where an experiment is made, and what is known. */
export interface ProbeScene extends ProbePlace {
  readonly clock: Clock;
  /** What is proved, by this probe or before it; null where nothing is. */
  readonly known: (what: ProofWhat) => KnownResult | null;
}

/** Something that only Telegram can tell, and how it is asked. */
export interface ProbeExperiment {
  /** Stable; for `--only`. */
  readonly id: string;
  /** The question, as people ask it. */
  readonly title: string;
  /** Why anybody wants to know. */
  readonly why: string;
  /** What it sends, in words. */
  readonly sends: string;
  /** Messages that it posts at the most, those of a second bot included. */
  readonly most: number;
  /** Bytes that it uploads at the most, where that is much. */
  readonly uploads?: number;
  /** It is known once all of these are; none where each probe has to look. */
  readonly whats: readonly ProofWhat[];
  /** Posts several media in one message: there is nothing to find out where the server takes none. */
  readonly packs: boolean;
  readonly run: (scene: ProbeScene) => Promise<ProbeVerdict>;
}
