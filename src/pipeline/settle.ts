import { type Failure, failure } from "../domain/failure.ts";
import { withoutStatedHash } from "../domain/stated.ts";
import type { Task } from "../domain/task.ts";
import type { UnprovedId } from "../ledgers/pack-port.ts";
import { confirmationOf } from "./confirmation.ts";
import { followUp } from "./follow-up.ts";
import type { Outcome } from "./outcome.ts";
import { errorFields, idFields, withoutLane } from "./results.ts";
import type { SettlementOptions } from "./settlement-options.ts";
import { STOOD_STILL, unlessLost } from "./stood-still.ts";
import { classifyStored } from "./stored-kind.ts";
import { type EndOfTry, itemOf, type Tried, type Waited } from "./tried.ts";

/** Why an object is in doubt whose message was posted. */
const UNTRIED = failure(
  "answer_lost",
  "its message was posted in a pack, and no answer came when its id was tried; the next run tries it once more",
);

type ResultOf<T extends Outcome["result"]["type"]> = Extract<Outcome["result"], { type: T }>;

/** Records what tries came to: in the ledger first, then as events. Methods throw LedgerError. */
export class Settlement {
  readonly #options: SettlementOptions;

  constructor(options: SettlementOptions) {
    this.#options = options;
  }

  /** Returns the task when it has to be tried again; null when it has ended. */
  settle(task: Task, outcome: Outcome, waited: Waited): Promise<Task | null> {
    return this.#unlessLost({ task, outcome, waited }, () => this.#settle(task, outcome, waited));
  }

  /** Ends a task whose attempt is not this process's any more, as one that is in doubt. */
  #unlessLost<T>(tried: Tried, record: () => Promise<T>): Promise<T | null> {
    return unlessLost<T | null>(record, () => {
      this.#report(tried, { status: "unknown", ...errorFields(STOOD_STILL) });
      return null;
    });
  }

  async #settle(task: Task, outcome: Outcome, waited: Waited): Promise<Task | null> {
    const { result } = outcome;
    const tried = { task, outcome, waited };
    if (result.type === "failed") return this.#failed(tried, result);
    if (result.type === "packed_again") return this.#packedAgain(tried, result);
    if (result.type === "put_off") return this.#putOff(task, result);
    if (result.type === "elsewhere") {
      this.#report(tried, { status: "skipped", reason: "in_flight_elsewhere" });
      return null;
    }
    if (result.type === "in_doubt") await this.#inDoubt(tried, result);
    else if (result.type === "known") await this.#known(tried, result);
    else await this.#sent(tried, result);
    return null;
  }

  /**
   * Ends a task that no open lane of its bot takes, as failed. With `record` the ledger records that, so that it is
   * tried again later; else its row stays as it was.
   */
  async noLane(task: Task, { record }: { readonly record: boolean }): Promise<void> {
    const { events, lanes, ledger, transfers } = this.#options;
    const cause = lanes.whyClosed(task.bot, task.sendAs ?? task.kind);
    const { entry, bot, kind, content } = task;
    const settings = transfers.settings(entry);
    const facts = { bot, kind, content, entry, chatId: null, settings, tag: null };
    if (record) await ledger.fail(null, facts, cause);
    else await ledger.note([{ bot, kind, entry: withoutStatedHash(entry) }]);
    events.emit("item", withoutLane(task, cause));
  }

  /**
   * Ends a task that was refused by a text that nobody knows: for good where that was its own fault, else until it is tried
   * again.
   */
  async judged(task: Task, verdict: "its own" | "unclear"): Promise<void> {
    const { events, lanes, ledger, transfers } = this.#options;
    const { entry, bot, kind, content } = task;
    const last = task.refusedIn?.at(-1);
    const code = last?.code ?? undefined;
    const reason = verdict === "its own" ? "media_refused" : "refused_unclear";
    const cause = failure(reason, last?.message ?? "", code === undefined ? {} : { code });
    const settings = transfers.settings(entry);
    const facts = { bot, kind, content, entry, chatId: last?.chat ?? null, settings, tag: null };
    await ledger.fail(null, facts, cause);
    if (verdict === "its own") lanes.acquit(content);
    events.emit("item", { ...withoutLane(task, cause), chatId: last?.chat ?? null });
  }

  async #known(tried: Tried, { stored, content }: ResultOf<"known">): Promise<void> {
    const { bot, kind, entry, content: was } = tried.task;
    const { ledger, runBots } = this.#options;
    await ledger.point({ bot, kind, entry, content, was, bots: runBots.configured });
    this.#report(tried, { ...idFields(stored, kind), status: "skipped", reason: "duplicate_content" });
  }

  /** Its content was sent under another key, and no answer came: that is not sent again unasked. */
  async #inDoubt(tried: Tried, { content }: ResultOf<"in_doubt">): Promise<void> {
    const { bot, kind, entry, content: was } = tried.task;
    const { ledger, runBots } = this.#options;
    await ledger.point({ bot, kind, entry, content, was, bots: runBots.configured });
    const cause = failure("answer_lost", "the same content is in doubt under another key; nothing was sent");
    this.#report(tried, { status: "unknown", left: true, ...errorFields(cause) });
  }

  async #putOff(task: Task, { ms, alone = task.alone, begun }: ResultOf<"put_off">): Promise<Task> {
    if (begun) await this.#options.ledger.retry(begun.attempt, begun.why);
    return { ...(ms > 0 ? this.#after(ms, task) : task), alone };
  }

  /** It stays as it was: nothing of its pack was posted. */
  async #packedAgain({ task, outcome }: Tried, result: ResultOf<"packed_again">): Promise<Task> {
    const { ledger, events } = this.#options;
    await ledger.retry(result.attempt, result.failure);
    const { entry, bot, kind } = task;
    const { failure } = result;
    events.emit("retry", { key: entry.key, bot, kind, chat: outcome.facts.chatId, failure, notBefore: 0 });
    return task;
  }

  /** Keeps an id that came in a pack until it is proved that the method of its kind takes it; null where the task has ended instead. */
  hold(task: Task, outcome: Outcome, waited: Waited, result: ResultOf<"sent">): Promise<UnprovedId | null> {
    return this.#unlessLost({ task, outcome, waited }, async () => {
      const { confirmation } = confirmationOf(task, result, this.#botsFor(task));
      await this.#options.ledger.holdUnproved(result.attempt, confirmation);
      const { bot, kind, entry } = task;
      const { attempt, content } = result;
      return {
        attempt,
        bot,
        kind,
        key: entry.key,
        content,
        chatId: outcome.facts.chatId ?? "",
        confirmation,
      };
    });
  }

  /** Ends a task whose id waits until the next process has tried it: no answer came when this one did. */
  async leave(task: Task, outcome: Outcome, waited: Waited, { attempt }: UnprovedId): Promise<void> {
    await this.#unlessLost({ task, outcome, waited }, async () => {
      await this.#options.ledger.leaveUnproved(attempt, UNTRIED);
      this.#report({ task, outcome, waited }, { status: "unknown", ...errorFields(UNTRIED) });
    });
  }

  /** Drops an id that is good for nothing but its message. Returns the task, which is to be sent by itself; null when it has ended. */
  discard(task: Task, outcome: Outcome, waited: Waited, cause: Failure): Promise<Task | null> {
    return this.#unlessLost({ task, outcome, waited }, async () => {
      if (outcome.result.type === "sent") await this.#options.ledger.discard(outcome.result.attempt, cause);
      await this.#removed(task, outcome);
      return { ...task, alone: true };
    });
  }

  async #sent(tried: Tried, result: ResultOf<"sent">): Promise<void> {
    const { task, outcome } = tried;
    const { sent } = result;
    const { confirmation, weakness } = confirmationOf(task, result, this.#botsFor(task));
    const confirmed = await this.#options.ledger.confirm(result.attempt, confirmation);
    await this.#removed(task, outcome);
    const ids = idFields(confirmed.stored, task.kind);
    if (confirmed.duplicate) this.#report(tried, { ...ids, status: "skipped", reason: "duplicate_content" });
    else if (weakness) {
      const cameBackAs = sent.kind === task.kind ? undefined : sent.kind;
      this.#report(tried, { ...ids, cameBackAs, status: "weak", reason: weakness.reason });
    } else this.#report(tried, { ...ids, status: "ready" });
  }

  /** Removes a warmup message that no row needs any more (`--delete-after`). */
  async #removed(task: Task, { pack, result }: Outcome): Promise<void> {
    if (pack) pack.message.rows -= 1;
    if (result.type !== "sent" || (pack && pack.message.rows > 0)) return;
    await this.#options.remove?.(task.bot, classifyStored(task.kind, result.sent, task.entry.key).stored);
  }

  async #failed(tried: Tried, result: ResultOf<"failed">): Promise<Task | null> {
    const { ledger, events } = this.#options;
    const { task, outcome } = tried;
    const { attempt, failure } = result;
    const next = this.#followUp(tried, failure);
    switch (next.do) {
      case "again": {
        if (attempt !== null) await ledger.retry(attempt, failure);
        const again = this.#after(next.delayMs, next.task);
        const { entry, bot, kind } = task;
        const { notBefore } = again;
        events.emit("retry", { key: entry.key, bot, kind, chat: outcome.facts.chatId, failure, notBefore });
        return again;
      }
      case "hold":
        if (attempt !== null) await ledger.retry(attempt, failure);
        return this.#refused(tried, result);
      case "release":
        if (attempt !== null) await ledger.retry(attempt, failure);
        return task;
      case "doubt":
        if (attempt !== null) await ledger.doubt(attempt, failure, result.content);
        this.#report(tried, { status: "unknown", ...errorFields(failure) });
        return null;
      case "fail":
        await ledger.fail(attempt, outcome.facts, failure);
        this.#report(tried, { status: "failed", ...errorFields(failure) });
        return null;
    }
  }

  #refused({ task, outcome }: Tried, { failure: cause, startedAt = 0 }: ResultOf<"failed">): Task {
    const { lanes, events } = this.#options;
    const { bot, entry, content } = task;
    const kind = task.sendAs ?? task.kind;
    const chat = outcome.facts.chatId ?? "";
    const before = task.refusedIn ?? [];
    const again = before.length > 0;
    const refused = lanes.refused(bot, chat, { medium: content, kind, startedAt, again, failure: cause });
    events.emit("retry", { key: entry.key, bot, kind: task.kind, chat, failure: cause, notBefore: 0 });
    return { ...task, refusedIn: [...before, refused] };
  }

  #followUp({ task, outcome }: Tried, failure: Failure) {
    const { lanes, transfers, retries, random } = this.#options;
    return followUp(task, failure, {
      retries,
      random,
      mode: transfers.mode,
      transfer: outcome.transfer,
      open: (kind) => lanes.isOpen(task.bot, kind),
    });
  }

  #after(ms: number, task: Task): Task {
    return { ...task, notBefore: ms > 0 ? this.#options.clock.now() + ms : 0 };
  }

  /** Bots for which this entry is warmed. */
  #botsFor({ entry, bot }: Task): readonly string[] {
    return entry.bot === undefined ? this.#options.runBots.warming : [bot];
  }

  #report(tried: Tried, fields: EndOfTry): void {
    const { clock, events } = this.#options;
    events.emit("item", itemOf(tried, clock.now(), fields));
  }
}
