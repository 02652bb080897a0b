import { type Clock, toWall } from "../domain/clock.ts";
import type { ContentId } from "../domain/content.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { Task } from "../domain/task.ts";
import type { Permit } from "../lanes/port.ts";
import type { AttemptFacts, AttemptId, Ledger } from "../ledgers/port.ts";
import type { Prepared, Transfers } from "../transfers/port.ts";
import { asSent, type SentMedium } from "./as-sent.ts";
import { beginAttempt, readOf } from "./begin-attempt.ts";
import type { InFlight } from "./claims.ts";
import { type InPlace, isAsRead, type Outcome, SAME_CONTENT, type Spent } from "./outcome.ts";
import type { OwnAnswers } from "./own-answers.ts";
import type { ReadTask } from "./read-ahead.ts";
import type { Stop } from "./stop.ts";

/** A try that was read, on the permit that it waits for; `inPlace` is undefined where it has a place. */
interface ReadyTry {
  readonly task: Task;
  readonly permit: Permit;
  readonly prepared: Prepared;
  readonly inPlace: InPlace | undefined;
}

/**
 * A call that was written down waits no longer than this for its place, in milliseconds on the engine's clock: by the pace of its lane it was
 * due when it was written down, and what waited for a server that hung is not to be called all at once.
 */
const MOST_BEGUN_MS = 5_000;
/**
 * After so long a wait, the ledger is asked once more whether its lane may be called: meanwhile another process may have been told that it
 * may not. What waited less is as close to its last word as a call that has a place from its start.
 */
const HEEDED_MS = 1_000;

export interface AttemptsOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly transfers: Transfers;
  /** Each attempt claims its content here; whoever writes the outcome down ends that claim. */
  readonly inFlight: InFlight;
  readonly stop: Stop;
  /** Makes the tag of a message, which is its caption; null for a message without one. */
  readonly tag: () => string | null;
  /** What posts of this process were answered with, by whatever call. */
  readonly answers: OwnAnswers;
}

/** Makes tries: one try, one outcome. It does not loop, retry or sleep, except to wait for the permit. */
export class Attempts {
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /**
   * Takes the object as it was read, or reads it now, waits until the permit may be used, writes the try down and calls Telegram once.
   * With `inPlace`, it has no place before it was written down, and hands its call over to that. Throws LedgerError only.
   */
  async make(task: Task, permit: Permit, read?: ReadTask, inPlace?: InPlace): Promise<Outcome> {
    const { clock, transfers, stop } = this.#options;
    const started = clock.now();
    try {
      const prepared = await (read?.prepared ?? transfers.prepare(task, stop.aborting));
      const place = read ? 0 : clock.now() - started;
      const spent = { download: read?.ms ?? place, lane: 0, send: 0, begin: 0, queue: 0, ahead: 0, place };
      if (prepared.ok) {
        const { drop, forget } = prepared.value;
        const ready = { task, permit, prepared: prepared.value, inPlace };
        const outcome = await this.#permitted(ready, { started, spent }).finally(drop);
        if (!isAsRead(outcome)) forget?.();
        return outcome;
      }
      const result = { type: "failed", attempt: null, failure: prepared.failure } as const;
      return { facts: this.factsOf(task, permit), spent, transfer: null, result };
    } finally {
      permit.drop();
      read?.end();
    }
  }

  async #permitted(
    ready: ReadyTry,
    { started, spent }: { readonly started: number; readonly spent: Spent },
  ): Promise<Outcome> {
    const { clock, stop } = this.#options;
    const { task, permit, prepared } = ready;
    const unsent = (result: Outcome["result"]): Outcome => ({
      facts: this.factsOf(task, permit),
      spent,
      transfer: null,
      result,
    });
    if (!this.claims(task, prepared)) return unsent(SAME_CONTENT);
    const readyAt = clock.now();
    if (!(await permit.ready(stop.draining, uploadBytes(prepared))))
      return unsent({ type: "put_off", ms: 0 });
    const lane = clock.now() - readyAt;
    return this.#begin(ready, { ...spent, lane, ahead: readyAt - started });
  }

  /**
   * Claims the content of an object that was read; false where the same is on its way. Asked before the ledger is: between its answer
   * and the claim another task could finish with the same content.
   */
  claims(task: Task, prepared: Prepared): boolean {
    return this.claimsHash(task, prepared.sha256() ?? task.content);
  }

  /** The same of a hash, beside what it has claimed already. */
  claimsHash(task: Task, content: ContentId): boolean {
    return this.#options.inFlight.claim(task, content);
  }

  async #begin(ready: ReadyTry, spent: Spent): Promise<Outcome> {
    const { ledger, clock } = this.#options;
    const { task, permit, prepared, inPlace } = ready;
    const began = clock.now();
    // The chat may have changed while the permit was waited for (a group that became a supergroup).
    const facts = this.taggedFactsOf(task, permit);
    const claims = (content: ContentId) => this.claimsHash(task, content);
    const begun = await beginAttempt(ledger, facts, readOf(task, prepared), claims);
    if (begun.type !== "begun") {
      permit.giveBack();
      return { facts, spent, transfer: null, result: begun };
    }
    const { attempt } = begun;
    const begunAt = clock.now();
    const send = async () => {
      const mayCall = !inPlace || clock.now() - begunAt <= HEEDED_MS || (await this.#mayCallStill(ready));
      const queue = inPlace ? clock.now() - begunAt : 0;
      const tried = { facts, spent: { ...spent, begin: begunAt - began, queue } };
      const why = this.#whyNot(ready, tried, mayCall);
      return why ? this.#unsent(attempt, permit, tried, why) : this.#send(ready, attempt, tried);
    };
    return inPlace ? inPlace(send) : send();
  }

  /** What other processes were told of the lane since the try was written down, where they share a ledger. */
  async #mayCallStill({ task, permit }: ReadyTry): Promise<boolean> {
    const { shared } = this.#options.ledger;
    return (await shared?.mayCall({ bot: task.bot, chat: permit.lane.chat })) ?? true;
  }

  /** Why a try that was written down may not make its call any more; null when it may. */
  #whyNot(
    { permit, inPlace }: ReadyTry,
    { facts, spent }: Pick<Outcome, "facts" | "spent">,
    mayCall: boolean,
  ): Failure | null {
    // While it was written down, another call on this lane was answered.
    if (!mayCall || !permit.leaves())
      return failure("flood_wait", `${facts.chatId} takes no calls for now; none was made`);
    if (inPlace && this.#options.stop.draining.aborted)
      return failure("stopped", "the run was stopped before its call");
    return spent.queue > MOST_BEGUN_MS
      ? failure("stopped", "no place became free for its call in time; none was made")
      : null;
  }

  async #send(
    { task, permit, prepared }: ReadyTry,
    attempt: AttemptId,
    { facts, spent }: Pick<Outcome, "facts" | "spent">,
  ): Promise<Outcome> {
    const { transfers, stop } = this.#options;
    const { bot, chat } = permit.lane;
    const [kind, caption] = [task.sendAs ?? task.kind, facts.tag ?? undefined];
    const request = { ...prepared.request, chat, kind, caption, signal: stop.aborting };
    const answer = this.#options.answers.check(
      asSent(mediumOf(task, facts, prepared), await bot.send(request)),
    );
    const send = answer.times.ended - answer.times.started;
    // Listeners first: the end of the permit lets the next item begin.
    const failure = answer.ok ? null : answer.failure;
    this.#options.events.emit("call", { bot: bot.slug, chat, ms: send, failure });
    permit.end(answer);
    const common = {
      facts,
      transfer: prepared.transfer,
      spent: { ...spent, send, place: spent.place + send },
    };
    if (prepared.transfer === "url") transfers.urlResult(failure);
    const content = prepared.sha256() ?? task.content;
    if (!answer.ok) {
      const { started: startedAt } = answer.times;
      return { ...common, result: { type: "failed", attempt, failure: answer.failure, startedAt, content } };
    }
    const { mime, shown } = prepared;
    return { ...common, result: { type: "sent", attempt, sent: answer.value, content, mime, shown } };
  }

  #unsent(
    attempt: AttemptId,
    permit: Permit,
    tried: Pick<Outcome, "facts" | "spent">,
    why: Failure,
  ): Outcome {
    permit.giveBack();
    return { ...tried, transfer: null, result: { type: "put_off", ms: 0, begun: { attempt, why } } };
  }

  /** What is written down before a call, with a tag for its message. */
  taggedFactsOf(task: Task, permit: Permit): AttemptFacts {
    const askedAt = toWall(this.#options.clock, task.queuedAt);
    return { ...this.factsOf(task, permit), tag: this.#options.tag(), askedAt };
  }

  /** What is written down of a try. */
  factsOf({ bot, kind, content, entry }: Task, permit: Permit): AttemptFacts {
    const settings = this.#options.transfers.settings(entry);
    return { bot, kind, content, entry, chatId: permit.lane.chat, settings, tag: null };
  }
}

function mediumOf({ entry, kind, sendAs }: Task, { tag }: AttemptFacts, prepared: Prepared): SentMedium {
  const { media } = prepared.request;
  const bytes = typeof media === "string" ? entry.bytes : media.bytes;
  return { key: entry.key, kind: sendAs ?? kind, tag, bytes, transfer: prepared.transfer };
}

/** Bytes of all files that a call carries for it; 0 by URL. */
export function uploadBytes(prepared: Prepared): number {
  if (prepared.transfer === "url") return 0;
  const { media, thumbnail } = prepared.request;
  return typeof media === "string" ? 0 : media.bytes + (thumbnail?.byteLength ?? 0);
}
