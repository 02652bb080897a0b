import type { MediaKind } from "../../domain/media.ts";
import type { LaneBoard, Permit } from "../../lanes/port.ts";

/** Something that needs a call on a lane of its bot before anything new is begun. */
export interface Errand {
  readonly bot: string;
  /** The lane has to take this kind. */
  readonly kind: MediaKind;
  /** The only chat that will do; null for any of its bot. */
  readonly chat: string | null;
  /** Makes the call and ends the permit. Throws LedgerError. */
  readonly run: (permit: Permit) => Promise<void>;
  /** There is no lane for it any more. Throws LedgerError. */
  readonly giveUp: () => Promise<void>;
}

/** What packs leave to be done: ids to be tried, their messages to be deleted, and media that were refused together. First in, first out. */
export class Errands {
  #waiting: readonly Errand[] = [];

  get size(): number {
    return this.#waiting.length;
  }

  add(errand: Errand): void {
    this.#waiting = [...this.#waiting, errand];
  }

  /** Takes out the first one whose bot is accepted. */
  take(accept: (errand: Errand) => boolean): Errand | undefined {
    const found = this.#waiting.find(accept);
    this.#waiting = this.#waiting.filter((each) => each !== found);
    return found;
  }
}

/** The first errand that has a lane, with a permit for it, or one that has none any more; null while all have to wait. */
export function nextErrand(
  errands: Errands,
  lanes: LaneBoard,
  now: number,
  ahead: number,
): (() => Promise<void>) | null {
  const isOpen = ({ bot, kind, chat }: Errand) =>
    chat === null ? lanes.isOpen(bot, kind) : lanes.isOpenIn(bot, chat);
  const lost = errands.take((errand) => !isOpen(errand));
  if (lost) return lost.giveUp;
  let permit: Permit | null = null;
  const found = errands.take(({ bot, kind, chat }) => {
    permit = chat === null ? lanes.take(bot, kind, now, ahead) : lanes.takeIn(bot, chat, now, 0);
    return permit !== null;
  });
  const given = permit as Permit | null;
  return found && given ? () => found.run(given).finally(() => given.drop()) : null;
}
