import { SELECTIONS } from "../domain/choices.ts";
import type { SourceItem } from "../domain/entry.ts";
import type { Emitter } from "../domain/events.ts";
import type { ItemResult } from "../domain/outcome.ts";
import { hashKept } from "../domain/stated.ts";
import type { Task } from "../domain/task.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { FleetLedger, RowNow } from "../ledgers/fleet-port.ts";
import type { Ledger, QueuedEntry } from "../ledgers/port.ts";
import type { Intake } from "../pipeline/intake.ts";
import { type LostTasks, type Planned, type PlanRules, partLost, planPage } from "../pipeline/plan.ts";
import { HeldJobs } from "./held-jobs.ts";
import { AGAIN_S, comesBackInS, whyRefused } from "./job-ends.ts";
import type { HeldJob, JobEngine } from "./port.ts";

export interface JobTasksOptions {
  readonly events: Emitter;
  readonly engine: JobEngine;
  readonly ledger: Ledger;
  readonly fleet: FleetLedger;
  readonly intake: Intake;
  readonly rules: PlanRules;
  readonly lost: LostTasks;
  /** Hears that the engine is away; what it was to be told is found again by itself. */
  readonly away: (error: unknown) => void;
  /** Called when a job has ended. */
  readonly onEnded: () => void;
  /** Unix milliseconds. */
  readonly wall: () => number;
}

/** Milliseconds in which jobs that end are gathered, to be dropped in one statement. */
const GATHER_MS = 200;

/** Turns jobs into tasks of this worker's queue by what the ledger says of them, and ends each job as its items end. */
export class JobTasks {
  readonly held = new HeldJobs();
  /** Rejects with what a write to the ledger threw in the background; never resolves. */
  readonly broken: Promise<never>;
  readonly #options: JobTasksOptions;
  readonly #ended: HeldJob[] = [];
  readonly #looks = new Set<Promise<void>>();
  #gathering: NodeJS.Timeout | null = null;
  #break: (error: unknown) => void = () => {};

  constructor(options: JobTasksOptions) {
    this.#options = options;
    this.broken = new Promise((_, reject) => {
      this.#break = reject;
    });
    this.broken.catch(() => {});
    options.events.on("item", (item) => this.#met(item));
  }

  /** Takes jobs that were fetched. Throws LedgerError, and what the engine throws. */
  async take(jobs: readonly HeldJob[]): Promise<void> {
    const fresh = jobs.filter((job) => !this.held.has(job));
    for (const job of jobs) this.held.add(job);
    try {
      await this.#take(fresh);
    } catch (error) {
      this.held.drop(fresh);
      if (!isOwnFault(error)) throw error;
      // Of several the one that is at fault is found by taking each by itself.
      if (fresh.length > 1) for (const job of fresh) await this.take([job]);
      else await this.#options.engine.failed(fresh, String(error));
    }
  }

  /** Gives the job of a task back: this worker cannot do it for now. */
  async giveBack(tasks: readonly Task[], seconds: number): Promise<void> {
    await this.#options.engine.putBack(
      tasks.flatMap((task) => this.held.takeTask(task) ?? []),
      seconds,
    );
  }

  /** Gives all jobs back, for the next worker, once looks that are under way have ended. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#looks);
    await this.#dropEnded();
    const left = this.held.all;
    this.held.drop(left);
    await this.#options.engine.putBack(left, 0);
  }

  async #take(jobs: readonly HeldJob[]): Promise<void> {
    const { fleet } = this.#options;
    const [rows, entries] = [jobs.filter(isOfRow), jobs.filter(isOfEntry)];
    if (rows.length > 0) await this.#takeRows(rows, await fleet.rowsNow(rows.map(({ work }) => work)));
    if (entries.length > 0)
      await this.#takeEntries(entries, await fleet.entriesNow(entries.map(({ work }) => work.entry)));
  }

  async #takeRows(jobs: readonly RowJob[], rows: readonly RowNow[]): Promise<void> {
    const now = new Map(rows.map((row) => [nameOf(row), row]));
    const found = jobs.map((job) => ({ job, row: now.get(nameOf(job.work)) }));
    await this.#leave(found.flatMap(({ job, row }) => (row ? [] : [job])));
    for (const { job, row } of found) if (row) await this.#unlessNow(job, row);
    const due = found.flatMap(({ job, row }) =>
      row && this.held.has(job) && this.held.name(job, row.entry.key) ? [{ job, row }] : [],
    );
    // A row whose content has become known since may have a second job, by its new name.
    const named = new Set(due.map(({ job }) => job));
    await this.#leave(found.flatMap(({ job }) => (this.held.has(job) && !named.has(job) ? [job] : [])));
    const items = due.map(({ row: { bot, kind, entry } }): SourceItem & { type: "entry" } => ({
      type: "entry",
      entry: { ...hashKept(entry), bot, kind, seen: true },
    }));
    for (const planned of await planPage(items, this.#options.rules)) {
      if (planned.type === "item") await this.#refuse(planned.item, due);
      await this.#options.intake.take(planned);
    }
  }

  /** What is not due, or under way elsewhere, waits in the engine. */
  async #unlessNow(job: HeldJob, { dueInS, underWay }: RowNow): Promise<void> {
    if (dueInS === 0 && !underWay) return;
    this.held.drop([job]);
    await this.#options.engine.putBack([job], Math.max(dueInS, underWay ? AGAIN_S : 0));
  }

  /** Marks a row that cannot be started as failed, or it would be fed again; not for the bucket's sake, nor for another process's. */
  async #refuse(item: ItemResult, due: readonly { readonly row: RowNow }[]): Promise<void> {
    if (item.error?.class === "auth" || item.reason === "in_flight_elsewhere") return;
    const asked = item.askedKind ?? item.kind;
    for (const { row } of due) {
      const { bot, kind, entry } = row;
      if (entry.key === item.key && (item.bot ?? bot) === bot && (asked ?? kind) === kind)
        await this.#options.ledger.refuse({ bot, kind, key: entry.key }, whyRefused(item));
    }
  }

  async #takeEntries(jobs: readonly EntryJob[], entries: readonly QueuedEntry[]): Promise<void> {
    const { rules, intake, lost: looks } = this.#options;
    const there = new Set(entries.map(({ id }) => id));
    await this.#leave(jobs.filter(({ work }) => !there.has(work.entry)));
    const [again, named] = [
      entries.filter(({ entry }) => entry.again),
      entries.filter(({ entry }) => !entry.again),
    ];
    const planned = [
      ...(await planPage(named.map(itemOf), rules)),
      ...(await planPage(again.map(itemOf), { ...rules, only: SELECTIONS })),
    ];
    const worked = new Set(planned.map((each) => entryOf(each)));
    const ended = jobs.filter(({ work }) => there.has(work.entry) && !worked.has(work.entry));
    await this.#endEntries(ended);
    const { lost, rest } = partLost(planned);
    for (const each of rest)
      if (each.type === "item" && each.item.left) this.#met(each.item);
      else await intake.take(each);
    if (lost.length > 0) this.#look(looks, lost);
  }

  #look(looks: LostTasks, lost: readonly Task[]): void {
    const { intake } = this.#options;
    const looking = (async () => {
      for await (const page of looks.resolve(lost)) for (const each of page) await intake.take(each);
    })()
      .catch((error: unknown) => this.#wentWrong(error))
      .finally(() => this.#looks.delete(looking));
    this.#looks.add(looking);
  }

  /** Entries that came to nothing. */
  async #endEntries(jobs: readonly EntryJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.#options.ledger.dequeue(jobs.map(({ work }) => work.entry));
    await this.#leave(jobs);
  }

  /** Jobs that are no work any more. */
  async #leave(jobs: readonly HeldJob[]): Promise<void> {
    this.held.drop(jobs);
    await this.#options.engine.drop(jobs);
  }

  #met(item: ItemResult): void {
    const job = this.held.takeItem(item);
    if (!job) return;
    this.#settle(job, item).catch((error: unknown) => this.#wentWrong(error));
    this.#options.onEnded();
  }

  async #settle(job: HeldJob, item: ItemResult): Promise<void> {
    const { engine, ledger, wall } = this.#options;
    const seconds = comesBackInS(item, wall());
    if (seconds !== null) return engine.putBack([job], seconds);
    if ("entry" in job.work) await ledger.dequeue([job.work.entry]);
    this.#ended.push(job);
    const drop = () => this.#dropEnded().catch((error: unknown) => this.#wentWrong(error));
    this.#gathering ??= setTimeout(() => void drop(), GATHER_MS);
  }

  #wentWrong(error: unknown): void {
    if (error instanceof LedgerError) this.#break(error);
    else this.#options.away(error);
  }

  async #dropEnded(): Promise<void> {
    if (this.#gathering) clearTimeout(this.#gathering);
    this.#gathering = null;
    await this.#options.engine.drop(this.#ended.splice(0));
  }
}

/** Whether an error is one of our code, and not of the ledger, the engine or the network. */
function isOwnFault(error: unknown): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((each) => error instanceof each);
}

type RowJob = HeldJob & { readonly work: Extract<HeldJob["work"], { kind: unknown }> };
type EntryJob = HeldJob & { readonly work: Extract<HeldJob["work"], { entry: number }> };

function isOfRow(job: HeldJob): job is RowJob {
  return "kind" in job.work;
}

function isOfEntry(job: HeldJob): job is EntryJob {
  return "entry" in job.work;
}

function nameOf({ bot, content, kind }: RowJob["work"]): string {
  return `${bot}|${kind}|${content}`;
}

function itemOf({ id, entry }: QueuedEntry): SourceItem {
  return { type: "entry", entry: { ...entry, queueId: id } };
}

function entryOf(planned: Planned): number | undefined {
  return (planned.type === "task" ? planned.task : planned.item).entry?.queueId;
}
