import type { Clock } from "../domain/clock.ts";
import type { SharedLanes } from "../ledgers/share-port.ts";
import { BotFloods, isOfBot } from "./bot-floods.ts";
import type { Lane } from "./lane.ts";
import type { Wait } from "./waits.ts";

export interface FreezesOptions {
  readonly clock: Clock;
  readonly all: () => readonly Lane[];
  /** The lanes of a bot that can be sent to. */
  readonly open: (bot: string) => readonly Lane[];
  /** Told of each lane whose deadline has moved. */
  readonly changed: (lane: Lane) => void;
  /** The same, where that is known from another process, which has written it down. */
  readonly told: (lane: Lane) => void;
  /** What other processes are told of; absent where there are none. */
  readonly shared?: SharedLanes | undefined;
}

/** Deadlines of lanes before which Telegram forbids calls. They only ever move later. */
export class Freezes {
  readonly #options: FreezesOptions;
  readonly #floods = new BotFloods();

  constructor(options: FreezesOptions) {
    this.#options = options;
  }

  /**
   * Forbids calls on this lane for `ms` from now; on all lanes of its bot, in all processes, when the flood wait turns out to be the
   * bot's.
   */
  freeze(lane: Lane, ms: number): void {
    const { clock, open, shared } = this.#options;
    const now = clock.now();
    const lanes = open(lane.bot.slug);
    const isBots = this.#floods.note(lane, lanes, now);
    this.#until(isBots ? lanes : [lane], now + ms);
    // A ledger that breaks shows at the next attempt, where it stops the run.
    if (shared) void this.#share(shared, lane, now + ms, isBots).catch(() => {});
  }

  /** Forbids calls on the lanes that a wait is about: of its bot in its chat, or in all of them. */
  hold({ bot, chat, until }: Wait): void {
    const { all } = this.#options;
    const meant = ({ bot: { slug }, chat: its }: Lane) => slug === bot && (chat === null || its === chat);
    this.#until(all().filter(meant), until);
  }

  /** Forbids calls on this lane before a moment that another process wrote down. */
  tell(lane: Lane, until: number): void {
    lane.frozenUntil = Math.max(lane.frozenUntil, until);
    this.#options.told(lane);
  }

  #until(lanes: readonly Lane[], until: number): void {
    for (const lane of lanes) {
      lane.frozenUntil = Math.max(lane.frozenUntil, until);
      this.#options.changed(lane);
    }
  }

  /** The other lanes of the bot may be in other processes, so that only all together show whose wait it is. */
  async #share(shared: SharedLanes, lane: Lane, until: number, isBots: boolean): Promise<void> {
    const { clock, open } = this.#options;
    const { slug: bot } = lane.bot;
    const { refused, open: taken } = await shared.refused({ bot, chat: lane.chat });
    if (!isBots && !isOfBot(refused, taken)) return;
    if (!isBots) this.#until(open(bot), until);
    await shared.freezeBot(bot, Math.max(0, until - clock.now()) / clock.scale);
  }
}
