import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Bot, ChatInfo } from "../telegram/port.ts";

/** A lane as somebody sees it who keeps an eye on it. Moments on the engine's clock. */
export interface WatchedLane {
  readonly bot: Bot;
  /** The chat as it is called by now. */
  readonly chat: string;
  readonly closed: Failure | null;
  readonly frozenUntil: number;
  /** Kinds that its chat does not take. */
  readonly refused: ReadonlySet<MediaKind>;
}

/** The lanes of a worker, which outlive their troubles (see telegram/lanes/lanes.ts). */
export interface WatchedLanes<L extends WatchedLane = WatchedLane> {
  readonly all: readonly L[];
  isOpen(bot: string): boolean;
  /** A closed lane can be sent to again. False when another lane of its bot has that chat already. */
  reopen(lane: L, chat: ChatInfo): boolean;
  /** All kinds can be sent there again, as far as is known. */
  allow(lane: L): void;
}
