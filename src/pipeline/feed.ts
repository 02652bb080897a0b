import { failure } from "../domain/failure.ts";
import type { Task } from "../domain/task.ts";
import { SourceFailed } from "../sources/port.ts";
import { Claims } from "./claims.ts";
import type { DispatchParts } from "./dispatch.ts";
import { decideAll, type Planned, type PlanOptions, plan } from "./plan.ts";
import { aborted } from "./stop.ts";

export interface FeedParts extends Pick<DispatchParts, "queue" | "bell" | "events" | "stop" | "ledger"> {
  readonly plan: PlanOptions;
  /** Objects to warm at most; the run then ends as if the source had. */
  readonly limit?: number | undefined;
}

/** Reads the source no faster than the queue drains, and keeps the same content from being on its way twice. */
export class Feeder {
  readonly #parts: FeedParts;
  readonly #claims = new Claims();
  #queued = 0;
  #read = 0;
  #bytes = 0;
  #ended = false;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the source is used up, the limit is reached, or the run drains. A source that fails drains the run. */
  async run(): Promise<void> {
    const { stop } = this.#parts;
    try {
      await Promise.race([this.#readSource(), aborted(stop.draining)]);
    } catch (error) {
      if (!(error instanceof SourceFailed)) throw error;
      const { failure: cause } = error;
      stop.drain({ type: cause.class === "auth" ? "denied" : "source", failure: cause });
    } finally {
      this.#ended = true;
      this.#tell();
      this.#parts.bell.ring();
    }
  }

  /** The end of a task: who waited for its content is decided anew, by what the ledger now says. */
  async over(task: Task): Promise<void> {
    const followers = this.#claims.release(task.bot, task.kind, task.content);
    if (followers.length === 0 || this.#parts.stop.draining.aborted) return;
    const plain = { ...this.#parts.plan, force: false, retryWeak: false, only: null };
    for (const planned of await decideAll(followers, plain)) await this.#take(planned);
  }

  async #readSource(): Promise<void> {
    const { stop, queue, limit = Number.POSITIVE_INFINITY } = this.#parts;
    for await (const page of plan(this.#parts.plan)) {
      for (const planned of page) {
        if (planned.type === "task") await queue.room(stop.draining);
        if (stop.draining.aborted) return;
        this.#read += 1;
        await this.#take(planned);
        // At once: the next page of an open pipe may never come.
        if (this.#queued >= limit) return;
      }
      this.#tell();
    }
  }

  async #take(planned: Planned): Promise<void> {
    if (planned.type === "item") return this.#end(planned);
    const { queue, bell, events } = this.#parts;
    if (!this.#claims.claim(planned.query, planned.task.content)) return;
    this.#queued += 1;
    this.#bytes += planned.task.entry.bytes;
    queue.push(planned.task);
    events.emit("queued", { bytes: planned.task.entry.bytes, depth: queue.length });
    bell.ring();
  }

  async #end({ item, point }: Extract<Planned, { type: "item" }>): Promise<void> {
    const { ledger, events, stop } = this.#parts;
    if (item.error?.class === "auth") {
      stop.drain({ type: "denied", failure: failure(item.error.reason, item.error.message) });
      return;
    }
    if (point) await ledger.point({ ...point.query, content: point.content });
    events.emit("item", item);
  }

  #tell(): void {
    this.#parts.events.emit("source", { read: this.#read, bytes: this.#bytes, ended: this.#ended });
  }
}
