import type { ItemResult } from "../domain/outcome.ts";
import type { Task } from "../domain/task.ts";
import type { HeldJob } from "./port.ts";

/**
 * The jobs that this worker holds, found by what becomes of them: the id of their entry, or bot, kind and key of their row. Of a bot
 * as many as there are are counted.
 */
export class HeldJobs {
  readonly #byId = new Map<string, HeldJob>();
  readonly #names = new Map<string, string>();
  readonly #bots = new Map<string, number>();

  get all(): readonly HeldJob[] {
    return [...this.#byId.values()];
  }

  get size(): number {
    return this.#byId.size;
  }

  /** Jobs of this bot. */
  of(bot: string): number {
    return this.#bots.get(bot) ?? 0;
  }

  has({ id }: HeldJob): boolean {
    return this.#byId.has(id);
  }

  /** A job that was handed out again to the same worker takes the place of the one before. */
  add(job: HeldJob): void {
    if (!this.#byId.has(job.id)) this.#count(job, 1);
    this.#byId.set(job.id, job);
  }

  /** What becomes of a row by this key is what becomes of its job; false where another job has it. */
  name(job: HeldJob, key: string): boolean {
    if (!("kind" in job.work)) return true;
    const name = rowName(job.work.bot, job.work.kind, key);
    if (this.#names.has(name)) return false;
    this.#names.set(name, job.id);
    return true;
  }

  /** Lets go of the job that an item was of; undefined where it was none. */
  takeItem({ entry, bot, kind, askedKind, key }: ItemResult): HeldJob | undefined {
    return this.#take(entry?.queueId, bot, askedKind ?? kind, key);
  }

  /** The same of a task. */
  takeTask({ entry, bot, kind }: Task): HeldJob | undefined {
    return this.#take(entry.queueId, bot, kind, entry.key);
  }

  /** Lets go of jobs. */
  drop(jobs: readonly HeldJob[]): void {
    for (const job of jobs) if (this.#byId.delete(job.id)) this.#count(job, -1);
    const gone = new Set(jobs.map(({ id }) => id));
    for (const [name, id] of this.#names) if (gone.has(id)) this.#names.delete(name);
  }

  #take(
    entry: number | undefined,
    bot: string | null,
    kind: string | null,
    key: string | null,
  ): HeldJob | undefined {
    const name = rowName(bot, kind, key);
    const job =
      entry === undefined
        ? this.#byId.get(this.#names.get(name) ?? "")
        : this.all.find(({ work }) => "entry" in work && work.entry === entry);
    if (!job) return undefined;
    this.#names.delete(name);
    this.#byId.delete(job.id);
    this.#count(job, -1);
    return job;
  }

  #count({ work: { bot } }: HeldJob, by: number): void {
    this.#bots.set(bot, this.of(bot) + by);
  }
}

function rowName(bot: string | null, kind: string | null, key: string | null): string {
  return `${bot}|${kind}|${key}`;
}
