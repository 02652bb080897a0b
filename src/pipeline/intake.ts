import { failure } from "../domain/failure.ts";
import type { RunBots } from "../domain/run-bots.ts";
import type { Task } from "../domain/task.ts";
import { Claims, Ends } from "./claims.ts";
import type { DispatchParts } from "./dispatch.ts";
import { decideAll, type Planned, type PlanRules } from "./plan.ts";

type KnownContent = NonNullable<Extract<Planned, { type: "item" }>["point"]>;

export interface IntakeParts
  extends Pick<DispatchParts, "queue" | "bell" | "events" | "stop" | "ledger" | "clock"> {
  /** How those are judged that waited for the content of another key: as a plain run would. */
  readonly judge: PlanRules;
  readonly runBots: RunBots;
  /** Tasks at which the queue has no room; 0 for no bound. */
  readonly capacity: number;
}

/**
 * The one door to the queue, for any number of sources: keeps the same content from being on its way twice, also where a
 * decision has waited so long that it is no longer true, and tells the ends that a plan has found already.
 */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #claims = new Claims();
  readonly #ends = new Ends();
  #full = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /** Resolves when the queue has room, or the run drains. */
  async room(): Promise<void> {
    const { queue, stop, capacity } = this.#parts;
    if (capacity > 0 && queue.length >= capacity) this.#tellRoom(true);
    await queue.room(stop.draining);
  }

  /** Puts work into the queue, or tells an end. True when it was put there. */
  async take(planned: Planned): Promise<boolean> {
    if (planned.type === "item") {
      await this.#end(planned);
      return false;
    }
    const { task } = planned;
    if (!this.#claims.claim(task, task.content)) return false;
    if (this.#ends.mayHaveEnded(task, task.queuedAt)) return this.#decideAnew(task);
    this.#push(task);
    return true;
  }

  /** The end of a task: who waited for its content is decided anew, by what the ledger now says. */
  async over(task: Task): Promise<void> {
    const { queue, capacity, clock } = this.#parts;
    this.#ends.note(task, clock.now());
    if (this.#full && queue.length < capacity / 2) this.#tellRoom(false);
    await this.#release(task);
  }

  /** Points a key at the content that it was found to have. */
  async point(known: KnownContent): Promise<void> {
    const { ledger, runBots } = this.#parts;
    await ledger.point({ ...known, bots: runBots.configured });
  }

  #push(task: Task): void {
    const { queue, bell, events } = this.#parts;
    queue.push(task);
    events.emit("queued", { bytes: task.entry.bytes, depth: queue.length });
    bell.ring();
  }

  /** Its content, claimed again by now, came to an end after this was decided. */
  async #decideAnew(task: Task): Promise<boolean> {
    const [planned] = await decideAll([task], this.#parts.judge);
    if (planned?.type === "task" && planned.task.content === task.content) {
      this.#push(planned.task);
      return true;
    }
    await this.#release(task);
    return planned ? this.take(planned) : false;
  }

  async #release(task: Task): Promise<void> {
    const { stop, judge } = this.#parts;
    const followers = this.#claims.release(task);
    if (followers.length === 0 || stop.draining.aborted) return;
    for (const planned of await decideAll(followers, judge)) await this.take(planned);
  }

  async #end({ item, point }: Extract<Planned, { type: "item" }>): Promise<void> {
    const { events, stop } = this.#parts;
    if (item.error?.class === "auth") {
      stop.drain({ type: "denied", failure: failure(item.error.reason, item.error.message) });
      return;
    }
    if (point) await this.point(point);
    events.emit("item", item);
  }

  /** Told once when it sets in, and once when half of the queue is free again. */
  #tellRoom(full: boolean): void {
    if (full === this.#full) return;
    this.#full = full;
    const { events, queue, capacity } = this.#parts;
    events.emit("room", { full, depth: queue.length, capacity });
  }
}
