import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { RunBots } from "../domain/run-bots.ts";
import { AttemptLost, LostCallDecided } from "../domain/shared-work.ts";
import type { Task } from "../domain/task.ts";
import type { LostCall } from "../ledgers/look-port.ts";
import type { UnprovedId } from "../ledgers/pack-port.ts";
import type { Ledger, StoredId } from "../ledgers/port.ts";
import type { LookBoard, LookVerdict } from "../looks/port.ts";
import { rowVerdict } from "../looks/row-verdict.ts";
import type { Sent } from "../telegram/port.ts";
import { otherDocument } from "./as-sent.ts";
import { asTheyCome } from "./as-they-come.ts";
import { lateItems } from "./late-items.ts";
import { foundItem, stillUnknown } from "./lost-ended.ts";
import { type DoubtfulRow, rowsOf } from "./lost-row.ts";
import { LostSummary } from "./lost-summary.ts";
import { PackMessages } from "./pack-messages.ts";
import type { CanaryVerdict } from "./packs/canary.ts";
import { notTaken } from "./packs/left-canaries.ts";
import { decideAll, type Planned, type PlanRules } from "./plan.ts";
import { classifyStored } from "./stored-kind.ts";
import { tryWaiting, UNTRIED, waitingIdOf } from "./waiting-id.ts";

export interface LostRowsOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly looks: LookBoard;
  readonly runBots: RunBots;
  /** Rules for other keys of content that was found: those of a plain run. */
  readonly judge: PlanRules;
  readonly draining: AbortSignal;
  /** Removes a warmup message once its id is safe (`--delete-after`); null when messages stay. */
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
  /** Says what an id is worth that came in a pack. Throws LedgerError. */
  readonly judgeId: (id: UnprovedId) => Promise<CanaryVerdict>;
}

/** Takes what becomes of tasks, and why. */
type Tell = (planned: readonly Planned[], verdict: LookVerdict) => void;

/** Asks Telegram for the messages of rows that are `unknown` before they are sent again. */
export class LostRows {
  readonly #options: LostRowsOptions;
  readonly #messages: PackMessages;
  /** Tasks that are not decided. */
  #left = 0;

  constructor(options: LostRowsOptions) {
    this.#options = options;
    this.#messages = new PackMessages(options.remove);
  }

  /**
   * Yields what becomes of tasks of such rows, as soon as that is known: their end where a message was found or may yet be, themselves
   * where they are to be sent again. Throws LedgerError.
   */
  async *resolve(tasks: readonly Task[]): AsyncGenerator<Planned[]> {
    const { clock, events, draining } = this.#options;
    if (tasks.length === 0) return;
    const summary = new LostSummary();
    let undecided = tasks.length;
    this.#count(undecided);
    const work = (tell: (made: readonly Planned[]) => void) =>
      this.#ask(tasks, (planned, verdict) => {
        undecided -= planned.length;
        this.#count(-planned.length);
        summary.note(verdict, planned.length);
        tell(planned);
      }).finally(() => this.#count(-undecided));
    yield* asTheyCome(work, clock, lateItems(events, draining));
    for (const notice of summary.notices()) events.emit("notice", notice);
  }

  #count(more: number): void {
    this.#left += more;
    if (more !== 0) this.#options.events.emit("looking", { left: this.#left });
  }

  async #ask(tasks: readonly Task[], tell: Tell): Promise<void> {
    const { ledger, looks } = this.#options;
    const rows = rowsOf(tasks);
    const firsts = rows.map(({ tasks: [first] }) => first);
    const lost = await ledger.lostCalls(firsts);
    const waiting = await ledger.unproved([...new Set(firsts.map(({ bot }) => bot))]);
    const rowOf = new Map<LostCall, DoubtfulRow>();
    for (const [at, row] of rows.entries()) {
      row.calls = lost[at] ?? [];
      if (await this.#isTried(row, waitingIdOf(waiting, row.tasks[0]), tell)) continue;
      for (const call of row.calls) rowOf.set(call, row);
      if (row.calls.length === 0) await this.#end(row, tell);
    }
    for (const call of rowOf.keys()) this.#messages.note(call);
    await looks.ask([...rowOf.keys()], async (call, seen) => {
      const row = rowOf.get(call);
      if (!row) return;
      const { verdict, planned } = await this.#decided(row, call, seen).catch(this.#unlessOthers);
      row.verdicts.set(call, verdict);
      if (planned) tell(planned, verdict);
      await this.#messages.decided(call, verdict);
      if (!row.isFound && row.verdicts.size === row.calls.length) await this.#end(row, tell);
    });
  }

  /** Tries the id of a message of its that is there, and has waited since, whatever else was lost for it before. Returns whether that decided it. */
  async #isTried(row: DoubtfulRow, id: UnprovedId | undefined, tell: Tell): Promise<boolean> {
    if (!id) return false;
    const { verdict, planned } = await this.#triedAgain(row, id).catch(this.#unlessOthers);
    if (verdict.is === "absent" && row.calls.length > 0) return false;
    if (planned) tell(planned, verdict);
    else this.#ended(row, verdict, tell);
    return true;
  }

  async #triedAgain({ tasks: [task, ...others] }: DoubtfulRow, id: UnprovedId): Promise<Decided> {
    const { ledger, judgeId, judge } = this.#options;
    const { verdict, stored } = await tryWaiting(id, ledger, judgeId);
    if (stored === null) return { verdict };
    return {
      verdict,
      planned: [foundItem(task, stored, id.confirmation), ...(await decideAll(others, judge))],
    };
  }

  /** What is known of a call is in the ledger; `planned` of its row, where its message was found. */
  async #decided(row: DoubtfulRow, call: LostCall, seen: LookVerdict): Promise<Decided> {
    const { verdict, isHeld } = await this.#judged(row, call, seen);
    if (verdict.is === "found")
      return { verdict, planned: await this.#found(row, call, { ...verdict, isHeld }) };
    if (verdict.is === "absent" && call.state !== "absent" && !isHeld)
      await this.#options.ledger.closeLost(call.attempt, "absent");
    return { verdict };
  }

  /** Another process that looked for it as well, or that has taken its id over from this one, which stood still, has decided. */
  readonly #unlessOthers = (error: unknown): Decided => {
    const isOthers = error instanceof AttemptLost || error instanceof LostCallDecided;
    if (isOthers && this.#options.ledger.shared) return { verdict: ELSEWHERE };
    throw error;
  };

  /**
   * An id that was found in a pack counts as far as those of its kind are proved: until then it is held, and tried. One that serves nothing
   * but its message is as good as none.
   */
  async #judged({ tasks: [task] }: DoubtfulRow, call: LostCall, verdict: LookVerdict): Promise<Judged> {
    const { ledger, judgeId } = this.#options;
    const why = verdict.is === "found" ? otherDocument(call, verdict.media) : null;
    if (why !== null) return { verdict: { is: "unchecked", why }, isHeld: false };
    if (verdict.is !== "found" || call.pack === null) return { verdict, isHeld: false };
    const { attempt, bot, kind, key, content, chatId } = call;
    const { confirmation } = this.#confirmationOf(task, call, verdict.media);
    await ledger.holdLost(attempt, confirmation);
    const id = { attempt, bot, kind, key, content, chatId: chatId ?? "", confirmation };
    const worth = await judgeId(id);
    if (worth === "ordinary") return { verdict, isHeld: true };
    if (worth === "rich_only") await ledger.discard(attempt, notTaken(id));
    else await ledger.leaveUnproved(attempt);
    return { verdict: worth === "open" ? UNTRIED : { is: "absent" }, isHeld: true };
  }

  /** The message of one of its calls is there. */
  async #found(row: DoubtfulRow, call: LostCall, { media, isHeld }: FoundMessage): Promise<Planned[]> {
    const { ledger, remove, judge } = this.#options;
    const [task, ...others] = row.tasks;
    const { confirmation, reading } = this.#confirmationOf(task, call, media);
    const confirmed = isHeld
      ? await ledger.confirm(call.attempt, confirmation)
      : await ledger.confirmLost(call.attempt, confirmation);
    if (call.pack === null) await remove?.(task.bot, reading.stored);
    if (row.isFound) return [];
    row.isFound = true;
    return [foundItem(task, confirmed.stored, reading), ...(await decideAll(others, judge))];
  }

  #confirmationOf(task: Task, { content }: LostCall, media: Sent) {
    const reading = classifyStored(task.kind, media, task.entry.key);
    const { stored, asked, weakness } = reading;
    const { mime, width, height, duration } = media;
    const bots = task.entry.bot === undefined ? this.#options.runBots.warming : [task.bot];
    const more = { content, stored, asked, weakness, replace: false, bots };
    return { reading, confirmation: { ...more, mime, width, height, duration } };
  }

  /** None of its calls was found. */
  async #end(row: DoubtfulRow, tell: Tell): Promise<void> {
    const { verdict } = await this.#closed(row);
    if (verdict.is !== "found") this.#ended(row, verdict, tell);
  }

  #ended(row: DoubtfulRow, verdict: LookVerdict, tell: Tell): void {
    if (verdict.is === "later" || verdict.is === "open") {
      tell(
        row.tasks.map((task) => stillUnknown(task, verdict, row.calls.at(-1)?.reason ?? null)),
        verdict,
      );
      return;
    }
    const resolved = verdict.is === "absent" ? "sent" : "unchecked";
    const resolvedWhy = verdict.is === "unchecked" ? verdict.why : undefined;
    tell(
      row.tasks.map((task) => ({ type: "task", task: { ...task, resolved, resolvedWhy } })),
      verdict,
    );
  }

  /** What all verdicts on a row come to; calls of which nobody can tell are written down as such. */
  async #closed({ verdicts }: DoubtfulRow): Promise<Decided> {
    const verdict = rowVerdict([...verdicts.values()]);
    if (verdict.is !== "unchecked") return { verdict };
    const unchecked = [...verdicts].filter(
      ([{ state }, { is }]) => is === "unchecked" && state !== "unchecked",
    );
    const close = async () => {
      for (const [{ attempt }] of unchecked) await this.#options.ledger.closeLost(attempt, "unchecked");
      return { verdict };
    };
    return close().catch(this.#unlessOthers);
  }
}

/** What is known of a call, and whether its id was held until it was tried. */
interface Judged {
  readonly verdict: LookVerdict;
  readonly isHeld: boolean;
}

/** What was written down of a call. */
interface Decided {
  readonly verdict: LookVerdict;
  readonly planned?: Planned[];
}

type FoundMessage = Extract<LookVerdict, { is: "found" }> & Pick<Judged, "isHeld">;

const ELSEWHERE: LookVerdict = {
  is: "open",
  why: "another process has looked for its message meanwhile, and has written down what came of it",
};
