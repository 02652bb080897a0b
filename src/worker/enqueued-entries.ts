import type { Clock } from "../domain/clock.ts";
import type { SourceItem } from "../domain/entry.ts";
import type { Emitter } from "../domain/events.ts";
import type { FailureClass } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";
import type { Task } from "../domain/task.ts";
import type { Ledger, QueuedEntry } from "../ledgers/port.ts";
import type { Intake } from "../pipeline/intake.ts";
import { type Planned, type PlanRules, planPage } from "../pipeline/plan.ts";
import type { BotAvailability } from "./bot-availability.ts";

export interface EnqueuedEntriesOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly availability: BotAvailability;
  readonly rules: PlanRules;
  /** Entries on their way at most. */
  readonly most: number;
}

/**
 * Entries that were asked for by name and wait in the ledger. Each stays there until all that became of it has ended, so
 * that whatever was accepted outlives the process; what is on its way now is only remembered here.
 */
export class EnqueuedEntries {
  /** Rejects with what a write to the ledger threw that nobody waits for; never resolves. */
  readonly broken: Promise<never>;
  readonly #options: EnqueuedEntriesOptions;
  #break: (error: unknown) => void = () => {};
  /** Bots whose ends are still to come, by id. */
  readonly #going = new Map<number, Set<string>>();
  #after = 0;
  /** Since when some wait for another try. */
  #putBackAt: number | null = null;

  constructor(options: EnqueuedEntriesOptions) {
    this.#options = options;
    this.broken = new Promise((_, reject) => {
      this.#break = reject;
    });
    this.broken.catch(() => {});
    options.events.on("item", (item) => {
      if (isFinal(item)) this.#ended(item.entry?.queueId, item.bot);
      else this.#putBack(item.entry?.queueId);
    });
  }

  /** Puts what waits into the queue, as much of it as may be on its way. */
  async poll(): Promise<void> {
    const { ledger, most, clock } = this.#options;
    if (this.#putBackAt !== null && clock.now() - this.#putBackAt >= PUT_BACK_MS) this.again();
    while (this.#going.size < most) {
      const page = await ledger.queued(this.#after);
      const fresh = page.filter(({ id }) => !this.#going.has(id)).slice(0, most - this.#going.size);
      const last = fresh.at(-1) ?? page.at(-1);
      if (!last) return;
      this.#after = last.id;
      await this.#take(fresh);
    }
  }

  /** Looks at all of them anew: a bot or a part is back that had been away. */
  again(): void {
    this.#after = 0;
    this.#putBackAt = null;
  }

  /** The task of a bot that cannot send: its entry stays where it is, for later. */
  takeBack({ entry, bot }: Task): void {
    this.#options.availability.skipped(bot);
    this.#forget(entry.queueId);
  }

  async #take(page: readonly QueuedEntry[]): Promise<void> {
    const { intake, availability, rules } = this.#options;
    const planned = await planPage(page.map(itemOf), rules);
    this.#expect(page, planned);
    for (const each of planned) {
      if (each.type === "task" && availability.skips(each.task.bot)) this.takeBack(each.task);
      else {
        // A refusal of the bucket is no end of this entry: it is looked at again when the bucket is back.
        if (each.type === "item" && each.item.error?.class === "auth") this.#forget(each.item.entry?.queueId);
        await intake.take(each);
      }
    }
  }

  /** Counts the ends to come before the first of them can come; what came to nothing at all has ended. */
  #expect(page: readonly QueuedEntry[], planned: readonly Planned[]): void {
    for (const { id } of page) this.#going.set(id, new Set());
    for (const each of planned) {
      const { entry, bot } = each.type === "task" ? each.task : each.item;
      if (entry?.queueId !== undefined) this.#going.get(entry.queueId)?.add(nameOf(bot));
    }
    for (const { id } of page) if (this.#going.get(id)?.size === 0) this.#ended(id, null);
  }

  /** It failed for a reason that passes: what was accepted is not given up for that. */
  #putBack(id: number | undefined): void {
    if (id === undefined || !this.#going.has(id)) return;
    this.#going.delete(id);
    this.#putBackAt ??= this.#options.clock.now();
  }

  #forget(id: number | undefined): void {
    if (id !== undefined) this.#going.delete(id);
  }

  #ended(id: number | undefined, bot: string | null): void {
    const left = id === undefined ? undefined : this.#going.get(id);
    if (id === undefined || left === undefined) return;
    left.delete(nameOf(bot));
    if (left.size > 0) return;
    this.#going.delete(id);
    this.#options.ledger.dequeue([id]).catch((error: unknown) => this.#break(error));
  }
}

/** What was put back is looked at again this much later; the ledger knows when a row is due. */
const PUT_BACK_MS = 60_000;

const PASSING: ReadonlySet<FailureClass> = new Set(["flood", "transient", "chat", "auth"]);

function isFinal({ status, error }: ItemResult): boolean {
  return status !== "failed" || error === null || !PASSING.has(error.class);
}

function itemOf({ id, entry }: QueuedEntry): SourceItem {
  return { type: "entry", entry: { ...entry, queueId: id } };
}

/** An end of no bot (an entry for a bot that is not there) is one end all the same. */
function nameOf(bot: string | null): string {
  return bot ?? "";
}
