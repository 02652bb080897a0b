import type { Bell } from "../domain/bell.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import { failure } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";
import type { RunBots } from "../domain/run-bots.ts";
import type { Shown } from "../domain/shown.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import { Claims, RecentlyFinished } from "./claims.ts";
import { packableOf } from "./packs/fit.ts";
import { decideAll, type KnownContent, type Planned, type PlanRules } from "./plan.ts";
import type { Stop } from "./stop.ts";

export interface IntakeOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly stop: Stop;
  readonly queue: WorkQueue;
  /** Rung when a task has entered the queue. */
  readonly bell: Bell;
  /** Rules for items that waited for the same content under another key: those of a plain run. */
  readonly judge: PlanRules;
  readonly runBots: RunBots;
  /** How a task would go, for forecasts; told without it where nobody makes any. */
  readonly guess?: ((task: Task) => TransferName) | undefined;
}

/**
 * The only way into the queue, for any number of sources. It keeps the same content from being queued twice, also
 * when a decision has waited so long that it is no longer true, and reports the items that a plan has found to be
 * finished.
 */
export class Intake {
  readonly #options: IntakeOptions;
  readonly #claims = new Claims();
  readonly #recent = new RecentlyFinished();
  #full = false;
  #hasTold = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Resolves when the queue has room, or the run drains. */
  async room(): Promise<void> {
    const { queue, stop } = this.#options;
    if (queue.capacity > 0 && queue.length >= queue.capacity) this.#reportRoom(true);
    await queue.room(stop.draining);
  }

  /** Puts a task into the queue, or reports an item that is finished. True when something was put into the queue. */
  async take(planned: Planned): Promise<boolean> {
    if (planned.type === "item") {
      await this.#end(planned);
      return false;
    }
    const { task } = planned;
    if (!this.#claims.claim(task, task.content)) return false;
    if (this.#recent.has(task, task.queuedAt)) return this.#decideAnew(task);
    this.#push(task);
    return true;
  }

  /**
   * To be called when a task has ended: whatever waited for its content is decided anew, by what the ledger says now.
   */
  async finished(task: Task): Promise<void> {
    const { queue, clock } = this.#options;
    this.#recent.add(task, clock.now());
    if (this.#full && queue.length < queue.capacity / 2) this.#reportRoom(false);
    await this.#release(task);
  }

  /** Points a key at the content that it was found to have. */
  async point(known: KnownContent): Promise<void> {
    const { ledger, runBots } = this.#options;
    await ledger.point({ ...known, bots: runBots.configured });
  }

  #push(task: Task): void {
    const { queue, bell, events, guess } = this.#options;
    queue.push(task);
    const { bot, entry } = task;
    const packs = guess ? packableOf(task, guess) : null;
    events.emit("queued", { bytes: entry.bytes, depth: queue.length, bot, packs });
    bell.ring();
  }

  /** The same content, which is now claimed again, finished after this was decided. */
  async #decideAnew(task: Task): Promise<boolean> {
    const [planned] = await decideAll([task], this.#options.judge);
    if (planned?.type === "task" && planned.task.content === task.content) {
      this.#push(planned.task);
      return true;
    }
    await this.#release(task);
    return planned ? this.take(planned) : false;
  }

  async #release(task: Task): Promise<void> {
    const { stop, judge } = this.#options;
    const followers = this.#claims.release(task);
    if (followers.length === 0 || stop.draining.aborted) return;
    for (const planned of await decideAll(followers, judge)) await this.take(planned);
  }

  async #end({ item, point }: Extract<Planned, { type: "item" }>): Promise<void> {
    const { events, stop } = this.#options;
    if (item.error?.class === "auth") {
      stop.drain({ type: "denied", failure: failure(item.error.reason, item.error.message) });
      return;
    }
    if (point) await this.point(point);
    if (item.shownAs) this.#tellShown(item, item.shownAs);
    events.emit("item", item);
  }

  /** Once: `--json` says it of each. */
  #tellShown({ key, reason }: ItemResult, shown: Shown): void {
    if (this.#hasTold) return;
    this.#hasTold = true;
    const what = Object.entries(shown).map(([name, text]) => `${name} ${text === "" ? "none" : text}`);
    const way =
      reason === "duplicate_content" ? "equal content has one id, with one name" : "`--force` warms it again";
    const text = `the id of ${key} shows another ${what.join(", ")}: ${way} (told once; --json has shown_as for each)`;
    this.#options.events.emit("notice", { level: "warn", text });
  }

  /** Reported once when the queue fills up, and once when half of it is free again. */
  #reportRoom(full: boolean): void {
    if (full === this.#full) return;
    this.#full = full;
    const { events, queue } = this.#options;
    events.emit("room", { full, depth: queue.length, capacity: queue.capacity });
  }
}
