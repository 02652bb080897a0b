import { retryWords } from "../domain/advice.ts";
import { SELECTIONS } from "../domain/choices.ts";
import { type Clock, fromWall } from "../domain/clock.ts";
import type { SourceItem } from "../domain/entry.ts";
import type { Emitter } from "../domain/events.ts";
import { PASSING_CLASSES } from "../domain/failure.ts";
import type { ItemResult } from "../domain/outcome.ts";
import type { Task } from "../domain/task.ts";
import type { Ledger, QueuedEntry } from "../ledgers/port.ts";
import type { Intake } from "../pipeline/intake.ts";
import { type LostTasks, type Planned, type PlanRules, partLost, planPage } from "../pipeline/plan.ts";
import type { BotAvailability } from "./bot-availability.ts";

export interface EnqueuedEntriesOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly intake: Intake;
  readonly availability: BotAvailability;
  readonly rules: PlanRules;
  /** Looks for the messages of lost calls before they are made again; without it they are made at once. */
  readonly lost?: LostTasks;
  /** The most entries that may be in progress at once. */
  readonly most: number;
}

/**
 * Entries that were enqueued by name and wait in the ledger. Each stays there until everything that became of it has
 * ended, so that what was accepted outlives the process; what is in progress is only remembered here.
 */
export class EnqueuedEntries {
  /** Rejects with what a write to the ledger threw in the background; never resolves. */
  readonly broken: Promise<never>;
  readonly #options: EnqueuedEntriesOptions;
  #break: (error: unknown) => void = () => {};
  /** Bots whose results are still to come, by the entry's id. */
  readonly #going = new Map<number, Set<string>>();
  #after = 0;
  /** When entries that wait for another try are examined again; null when none does. */
  #againAt: number | null = null;

  constructor(options: EnqueuedEntriesOptions) {
    this.#options = options;
    this.broken = new Promise((_, reject) => {
      this.#break = reject;
    });
    this.broken.catch(() => {});
    options.events.on("item", (item) => this.#met(item));
  }

  /** Puts waiting entries into the queue, as many as may be in progress. */
  async poll(): Promise<void> {
    const { ledger, most, clock } = this.#options;
    if (this.#againAt !== null && clock.now() >= this.#againAt) this.again();
    while (this.#going.size < most) {
      const page = await ledger.queued(this.#after);
      const fresh = page.filter(({ id }) => !this.#going.has(id)).slice(0, most - this.#going.size);
      const last = fresh.at(-1) ?? page.at(-1);
      if (!last) return;
      this.#after = last.id;
      await this.#take(fresh);
    }
  }

  /** Makes the next poll examine all entries again: a bot or a part has recovered. */
  again(): void {
    this.#after = 0;
    this.#againAt = null;
  }

  /** The task of a bot that cannot send: its entry stays where it is, for later. */
  takeBack({ entry, bot }: Task): void {
    this.#options.availability.skipped(bot);
    this.#forget(entry.queueId);
  }

  async #take(page: readonly QueuedEntry[]): Promise<void> {
    const { availability, rules } = this.#options;
    const [again, named] = [
      page.filter(({ entry }) => entry.again),
      page.filter(({ entry }) => !entry.again),
    ];
    const planned = [
      ...(await planPage(named.map(itemOf), rules)),
      ...(await planPage(again.map(itemOf), { ...rules, only: SELECTIONS })),
    ];
    this.#expect(page, planned);
    const { lost, rest } = this.#options.lost ? partLost(planned) : { lost: [], rest: planned };
    this.#tellLeft(rest.flatMap((each) => (each.type === "item" && each.item.left ? each.item : [])));
    for (const each of rest) await this.#give(each);
    const isHere = (task: Task) => !availability.skips(task.bot);
    for (const task of lost) if (!isHere(task)) this.takeBack(task);
    // Looks take their time, for which what was asked for else does not wait.
    if (this.#options.lost)
      this.#resolve(this.#options.lost, lost.filter(isHere)).catch((error: unknown) => this.#break(error));
  }

  async #resolve(looks: LostTasks, lost: readonly Task[]): Promise<void> {
    for await (const planned of looks.resolve(lost)) for (const each of planned) await this.#give(each);
  }

  async #give(planned: Planned): Promise<void> {
    const { intake, availability } = this.#options;
    // What was found as it was is no news: it is neither counted nor logged as one more failure.
    if (planned.type === "item" && planned.item.left) return this.#met(planned.item);
    if (planned.type === "task" && availability.skips(planned.task.bot)) return this.takeBack(planned.task);
    // A refusal of the bucket does not finish this entry: it is examined again when the bucket is back.
    if (planned.type === "item" && planned.item.error?.class === "auth")
      this.#forget(planned.item.entry?.queueId);
    await intake.take(planned);
  }

  /** Registers the expected results before any can arrive; an entry that produced no work is finished. */
  #expect(page: readonly QueuedEntry[], planned: readonly Planned[]): void {
    for (const { id } of page) this.#going.set(id, new Set());
    for (const each of planned) {
      const { entry, bot } = each.type === "task" ? each.task : each.item;
      if (entry?.queueId !== undefined) this.#going.get(entry.queueId)?.add(nameOf(bot));
    }
    for (const { id } of page) if (this.#going.get(id)?.size === 0) this.#ended(id, null);
  }

  #tellLeft(left: readonly ItemResult[]): void {
    const forGood = left.filter(isFinal);
    const first = forGood[0];
    if (!first) return;
    const entries =
      forGood.length === 1 ? "an enqueued entry stays" : `${forGood.length} enqueued entries stay`;
    this.#options.events.emit("notice", {
      level: "warn",
      text: `${entries} as before, such as ${first.key} (${first.status}, ${first.error?.reason}): ${retryWords("api", "unknown")} tries again what is asked for`,
    });
  }

  /** One of the results of an entry is there. */
  #met(item: ItemResult): void {
    if (isFinal(item)) this.#ended(item.entry?.queueId, item.bot);
    else this.#putBack(item);
  }

  /** It failed for a passing reason, or cannot be looked for yet: what was accepted is not given up for that. */
  #putBack({ entry, lookAt }: ItemResult): void {
    const { clock } = this.#options;
    const id = entry?.queueId;
    if (id === undefined || !this.#going.has(id)) return;
    this.#going.delete(id);
    const at = lookAt === undefined ? clock.now() + PUT_BACK_MS : fromWall(clock, lookAt);
    this.#againAt = Math.min(this.#againAt ?? at, at);
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

/** Milliseconds after which entries that were put back are examined again; the ledger knows when a row is due. */
const PUT_BACK_MS = 60_000;

function isFinal({ status, error, lookAt }: ItemResult): boolean {
  if (lookAt !== undefined) return false;
  return status !== "failed" || error === null || !PASSING_CLASSES.includes(error.class);
}

function itemOf({ id, entry }: QueuedEntry): SourceItem {
  return { type: "entry", entry: { ...entry, queueId: id } };
}

/** An entry that names an unknown bot still counts as one result. */
function nameOf(bot: string | null): string {
  return bot ?? "";
}
