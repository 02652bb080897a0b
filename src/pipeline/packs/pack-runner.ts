import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { Task } from "../../domain/task.ts";
import type { CalledLane, LaneBoard, Permit } from "../../lanes/port.ts";
import type { Ledger } from "../../ledgers/port.ts";
import type { Transfers } from "../../transfers/port.ts";
import type { InFlight } from "../claims.ts";
import { consequenceOf } from "../follow-up.ts";
import { later, type WaitingRoom } from "../later.ts";
import type { Outcome } from "../outcome.ts";
import type { OwnAnswers } from "../own-answers.ts";
import type { ReadTask } from "../read-ahead.ts";
import type { Settlement } from "../settle.ts";
import type { Stop } from "../stop.ts";
import type { Waited } from "../tried.ts";
import { CanaryErrands } from "./canary-errands.ts";
import { CanaryWaits } from "./canary-waits.ts";
import { Errands } from "./errands.ts";
import { gather } from "./gather.ts";
import { type Halves, halve, narrow } from "./halve.ts";
import type { PackAttempts, PackCall, PackOutcome } from "./pack-attempts.ts";
import { fateOf, isFlood, isOfMedium, isSuspect, type PackFate, REFUSALS, readOf } from "./pack-fate.ts";
import type { Packs } from "./packs.ts";
import type { PackTask } from "./reading.ts";
import { RefusedMedia } from "./refused-media.ts";

export interface PackRunnerOptions extends WaitingRoom {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly stop: Stop;
  readonly ledger: Ledger;
  readonly lanes: LaneBoard;
  readonly transfers: Transfers;
  readonly attempts: PackAttempts;
  readonly settlement: Settlement;
  readonly inFlight: InFlight;
  readonly packs: Packs;
  readonly answers: OwnAnswers;
  /** Makes the caption of a message that tries an id; null for one without. */
  readonly tag: () => string | null;
  /** Is told of each task that has ended. */
  readonly finished: (task: Task) => Promise<void>;
}

/** A task with how long it waited before this try. */
export interface WaitedTask extends PackTask {
  readonly waited: Waited;
}

/**
 * Runs packs on permits: one call for several tasks, with all that follows from it. What needs further calls is left as an errand: ids to
 * be tried, their messages, and media that were refused together.
 */
export class PackRunner {
  readonly errands = new Errands();
  readonly #options: PackRunnerOptions;
  readonly #canaries: CanaryErrands;
  readonly #refusedMedia = new RefusedMedia();
  readonly #canaryWaits = new CanaryWaits();

  constructor(options: PackRunnerOptions) {
    this.#options = options;
    this.#canaries = new CanaryErrands({ ...options, errands: this.errands });
  }

  /** Media in one call that are worth reading ahead for a bot. */
  sizeOf(bot: string): number {
    return this.#options.packs.sizeOf(bot);
  }

  /** The tasks that go with this one in one call; null where it goes by itself. */
  gather(first: PackTask, permit: Permit, now: number): PackTask[] | null {
    const { packs } = this.#options;
    if (!packs.mayGo) return null;
    const bounds = packs.boundsOf(permit.lane);
    return gather(first, permit, now, { ...this.#options, bounds });
  }

  /** Takes in how a single send went. */
  single(task: Task, { lane }: Permit, { result, transfer, spent }: Outcome): void {
    if (this.#refusedMedia.judge(task, result) === "innocent")
      this.#options.packs.refused(lane.bot.slug, null);
    if (transfer === null) return;
    const isFlood = result.type === "failed" && result.failure.class === "flood";
    const at = this.#options.clock.now() - spent.send;
    if (!isFlood && result.type !== "sent") return;
    this.#options.packs.called(lane, { at, media: 1, went: isFlood ? "flood" : "through" });
    this.#canariesWaited(lane, isFlood);
  }

  /** Canaries go again; where single sends go through meanwhile, time and again, it is packs alone that wait. */
  #canariesWaited(lane: CalledLane, isFlood: boolean): void {
    const { packs } = this.#options;
    for (const kind of this.#canaryWaits.take(lane))
      if (isFlood) packs.tried(lane.bot.slug, kind, "open", "");
      else packs.canaryWaited(lane.bot.slug, kind);
  }

  /** Makes one call for these tasks and writes down what came of it. Throws LedgerError. */
  async run(tasks: readonly WaitedTask[], permit: Permit): Promise<PackFate> {
    const { attempts, packs, events } = this.#options;
    const { lane } = permit;
    const bounds = packs.boundsOf(lane);
    const canaries = new Set(
      tasks.map(({ task }) => task.kind).filter((kind) => bounds.use.kinds[kind] === "one"),
    );
    for (const kind of canaries) packs.trying(lane.bot.slug, kind);
    for (const { task } of tasks) {
      const { entry, bot, kind } = task;
      events.emit("attempt", { key: entry.key, bot, kind, chat: lane.chat, bytes: entry.bytes });
    }
    const made = await attempts.make(tasks, permit, bounds).catch((error: unknown) => {
      for (const { task } of tasks) this.#options.inFlight.release(task);
      throw error;
    });
    if (made.call) this.#learn(lane, made.call);
    const settled = await Promise.all(
      tasks.map((each, asked) => this.#settle(each, made.outcomes[asked], canaries)),
    );
    const isWait = made.call !== null && isFlood(made.call);
    if (isWait) this.#canaryWaits.add(lane, canaries);
    for (const kind of canaries)
      if (!isWait && !settled.some((end, nth) => end === "on trial" && tasks[nth]?.task.kind === kind))
        packs.tried(lane.bot.slug, kind, "open", "");
    return this.#goOn(tasks, settled, made);
  }

  /** What a call says of its lane, its bot and its server. */
  #learn(lane: CalledLane, { answer, then, places, uploadBytes }: PackCall): void {
    const { packs, lanes, stop } = this.#options;
    const bot = lane.bot.slug;
    const { times } = answer;
    const isWait = isFlood({ answer });
    if (answer.ok || isWait)
      packs.pack(lane, {
        at: times.started,
        media: places.length,
        isFlood: isWait,
        ms: times.ended - (times.bodyEnd ?? times.started),
      });
    if (answer.ok) packs.posted(bot);
    if (then?.do === "give up") packs.unsupported(bot);
    if (then?.do === "shrink") packs.tooLarge(bot, uploadBytes);
    if (answer.ok) return;
    // What is said of a medium is judged once that has gone by itself.
    if (then && REFUSALS.includes(then.do) && !isOfMedium({ answer })) packs.refused(bot, answer.failure);
    if (answer.failure.reason === "bad_answer") packs.unreadable(bot);
    const consequence = consequenceOf(answer.failure);
    if (consequence === "run") stop.drain({ type: "denied", failure: answer.failure });
    else if (consequence === "bot") lanes.closeBot(bot, answer.failure);
  }

  /** Returns the task where it goes again; null where it has ended; `on trial` where its id is to be proved. */
  async #settle(
    { task, waited }: WaitedTask,
    outcome: Outcome | undefined,
    canaries: ReadonlySet<MediaKind>,
  ): Promise<Task | null | "on trial"> {
    const { settlement, inFlight } = this.#options;
    if (!outcome) return task;
    const called = outcome.transfer === null ? task : { ...task, calls: task.calls + 1 };
    const { result } = outcome;
    if (result.type === "sent" && canaries.has(task.kind)) {
      const id = await settlement.hold(called, outcome, waited, result);
      if (id) this.#canaries.add({ task: called, claimedBy: task, outcome, waited, id });
      else inFlight.release(task);
      return id && "on trial";
    }
    try {
      return await settlement.settle(called, outcome, waited);
    } finally {
      inFlight.release(task);
    }
  }

  /** Has each task go where it goes next; returns what its pack came to. */
  async #goOn(
    tasks: readonly WaitedTask[],
    settled: readonly (Task | null | "on trial")[],
    { outcomes, call }: PackOutcome,
  ): Promise<PackFate> {
    const suspects: Task[] = [];
    for (const [asked, end] of settled.entries()) {
      const one = tasks[asked];
      if (!one || end === "on trial") continue;
      if (end === null) await this.#options.finished(one.task);
      else if (isSuspect(asked, call, outcomes[asked])) suspects.push(end);
      else this.#later(end, readOf(one, outcomes[asked]));
    }
    if (fateOf(call) === "refused") this.#narrowDown(suspects, call);
    else for (const task of suspects) this.#apart(task, call);
    return fateOf(call);
  }

  /** It goes by itself from now on. Where its pack was refused for a medium, that shows whether it was this one's fault. */
  #apart(task: Task, call: PackCall | null): void {
    if (isOfMedium(call)) this.#refusedMedia.add(task);
    this.#later({ ...task, alone: true });
  }

  #later(task: Task, read?: ReadTask): void {
    later(task, read, this.#options);
  }

  /** Finds the one at fault among media that `call` refused together. */
  #narrowDown(suspects: readonly Task[], call: PackCall | null): void {
    const [task, ...others] = suspects;
    if (task && others.length === 0) this.#apart(task, call);
    if (!task || others.length === 0) return;
    const halves = halve(suspects);
    this.errands.add({
      bot: task.bot,
      kind: task.kind,
      chat: null,
      run: (permit) => this.#tryHalf(halves, permit, call),
      giveUp: async () => {
        for (const each of suspects) this.#later(each);
      },
    });
  }

  async #tryHalf(halves: Halves<Task>, permit: Permit, call: PackCall | null): Promise<void> {
    const at = this.#options.clock.now();
    const tasks = halves.first.map((task) => ({
      task,
      read: undefined,
      waited: { queue: at - task.queuedAt, lane: 0 },
    }));
    // Where it was refused, run has left its media as suspects of their own.
    const fate = await this.run(tasks, permit);
    const { suspects, free } = narrow(halves, fate !== "posted");
    if (fate === "posted") this.#narrowDown(suspects, call);
    for (const task of free) this.#later(task);
  }
}
