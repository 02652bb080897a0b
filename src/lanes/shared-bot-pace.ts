import type { Clock } from "../domain/clock.ts";
import type { SharedLanes } from "../ledgers/share-port.ts";
import type { BotPace } from "./spacing.ts";

export interface SharedBotPaceOptions {
  readonly bot: string;
  readonly clock: Clock;
  readonly shared: SharedLanes;
  /** Milliseconds of the engine's clock between two calls of the bot. */
  readonly gapMs: number;
  /** Told of a wait of the bot that another process wrote down, in milliseconds of real time. */
  readonly frozen: (ms: number) => void;
}

/** Slots are taken ahead as many as were used in so long, in milliseconds of the engine's clock, and not more than these. */
const [USED_WITHIN_MS, MOST_AHEAD] = [500, 15];
/** Slots that nobody takes for so long, in milliseconds of the engine's clock, are given back. */
const UNUSED_MS = 100;

interface Waiting {
  readonly slots: number;
  readonly resolve: (slotAt: number) => void;
  readonly reject: (error: unknown) => void;
}

/** Slots that were taken at one time and are left, one after the other. */
interface Batch {
  readonly mark: string;
  readonly slots: readonly number[];
}

/**
 * The pace of a bot over all its chats and all processes: moments that the ledger gives out, one statement for several. Moments are taken
 * to be a little late rather than early, by what the answer took.
 */
export class SharedBotPace implements BotPace {
  readonly #options: SharedBotPaceOptions;
  #batch: Batch = { mark: "", slots: [] };
  #waiting: readonly Waiting[] = [];
  #used: readonly number[] = [];
  #isAsking = false;
  #cancel = () => {};

  constructor(options: SharedBotPaceOptions) {
    this.#options = options;
  }

  take(now: number, slots: number): number | Promise<number> {
    this.#used = [...this.#used.filter((at) => at > now - USED_WITHIN_MS), now];
    const left = this.#batch.slots.filter((at) => at >= now - this.#options.gapMs);
    const first = left[0];
    if (this.#waiting.length === 0 && first !== undefined && left.length >= slots) {
      this.#keep({ ...this.#batch, slots: left.slice(slots) });
      return first;
    }
    return new Promise((resolve, reject) => {
      this.#waiting = [...this.#waiting, { slots, resolve, reject }];
      if (!this.#isAsking) void this.#ask();
    });
  }

  giveBack(slotAt: number): void {
    const { slots } = this.#batch;
    const isNext = slots[0] === undefined || Math.abs(slots[0] - this.#options.gapMs - slotAt) < 1;
    if (isNext && this.#batch.mark !== "") this.#keep({ ...this.#batch, slots: [slotAt, ...slots] });
  }

  /** What is left is for whoever comes next, or goes back. */
  #keep(batch: Batch): void {
    this.#cancel();
    this.#batch = batch;
    const { clock, shared, bot, gapMs } = this.#options;
    if (batch.slots.length === 0) return;
    this.#cancel = clock.after(UNUSED_MS, () => {
      this.#batch = { mark: "", slots: [] };
      const left = batch.slots.filter((at) => at > clock.now()).length;
      // What is not given back is only lost.
      if (left > 0) void shared.giveBackSlots(bot, batch.mark, left, gapMs / clock.scale).catch(() => {});
    });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    // Those that come at the same moment are asked for together.
    await Promise.resolve();
    const asking = this.#waiting;
    this.#waiting = [];
    try {
      await this.#answer(asking);
    } catch (error) {
      for (const { reject } of asking) reject(error);
    } finally {
      this.#isAsking = false;
      if (this.#waiting.length > 0) void this.#ask();
    }
  }

  async #answer(asking: readonly Waiting[]): Promise<void> {
    const { shared, bot, gapMs, clock, frozen } = this.#options;
    const wanted = asking.reduce((sum, { slots }) => sum + slots, 0);
    const all = wanted + Math.min(MOST_AHEAD, Math.max(0, this.#used.length - wanted));
    const { inMs, mark, frozenForMs } = await shared.takeSlots(bot, all, gapMs / clock.scale);
    if (frozenForMs > 0) frozen(frozenForMs);
    const firstAt = clock.now() + inMs * clock.scale;
    const slots = Array.from({ length: all }, (_, nth) => firstAt + nth * gapMs);
    let nth = 0;
    for (const { slots: own, resolve } of asking) {
      resolve(slots[nth] ?? firstAt);
      nth += own;
    }
    this.#keep({ mark, slots: slots.slice(nth) });
  }
}
