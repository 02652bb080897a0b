import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import { type Failure, failure } from "../../domain/failure.ts";
import type { Reason } from "../../domain/reasons.ts";
import type { CalledLane, Permit } from "../../lanes/port.ts";
import type { AttemptFacts, AttemptId, Ledger } from "../../ledgers/port.ts";
import type { PackAnswer } from "../../telegram/pack-port.ts";
import type { Transfers } from "../../transfers/port.ts";
import type { Attempts } from "../attempt.ts";
import { isAsRead, type Outcome, type Unsent } from "../outcome.ts";
import type { OwnAnswers } from "../own-answers.ts";
import type { Stop } from "../stop.ts";
import { type AfterPack, afterPack } from "./after-pack.ts";
import { type BegunPack, beginPack, bytesOf } from "./begun-pack.ts";
import type { PackBounds } from "./fit.ts";
import { matchBlocks } from "./match.ts";
import { outcomesOf } from "./pack-outcomes.ts";
import { type PackTask, type ReadyTask, readPack } from "./reading.ts";
import { mayStillGo, type PackUse, slotsOf } from "./use.ts";

/** One call for several tasks. */
export interface PackCall {
  /** Places of its media among the tasks that were asked for, in the order of the call. */
  readonly places: readonly number[];
  readonly answer: PackAnswer;
  /** What follows where it failed; null where it did not. */
  readonly then: AfterPack | null;
  readonly uploadBytes: number;
}

/** What came of several tasks: an outcome each, in their order; `call` is null where none was made. */
export interface PackOutcome {
  readonly outcomes: readonly Outcome[];
  readonly call: PackCall | null;
}

export interface PackAttemptsOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly transfers: Transfers;
  /** Looks at what was read, and writes facts down, for single sends and packs alike. */
  readonly attempts: Attempts;
  readonly stop: Stop;
  readonly answers: OwnAnswers;
  /** How a lane may use packs now. */
  readonly useOf: (lane: CalledLane) => PackUse;
}

/** Makes calls for several tasks: one call, one outcome a task. It does not loop, retry or sleep, except to wait for the permit. */
export class PackAttempts {
  readonly #options: PackAttemptsOptions;
  #made = 0;

  constructor(options: PackAttemptsOptions) {
    this.#options = options;
  }

  /**
   * Takes the objects as they were read, or reads them now; those that cannot be sent, or no longer fit, drop out with outcomes of their
   * own. Then it waits until the permit may be used, and calls Telegram once. Throws LedgerError only.
   */
  async make(tasks: readonly PackTask[], permit: Permit, bounds: PackBounds): Promise<PackOutcome> {
    const { clock, stop } = this.#options;
    const started = clock.now();
    let ready: readonly ReadyTask[] = [];
    let made: readonly Outcome[] = [];
    try {
      const read = await readPack(tasks, permit, bounds, { ...this.#options, signal: stop.aborting });
      ready = read.ready;
      const sent = ready.length > 0 ? await this.#permitted(ready, permit, bounds, started) : null;
      made = tasks.flatMap((_, asked) => {
        const nth = ready.findIndex((each) => each.asked === asked);
        return read.dropped.get(asked) ?? sent?.outcomes[nth] ?? [];
      });
      return { outcomes: made, call: sent?.call ?? null };
    } finally {
      permit.drop();
      for (const { prepared } of ready) prepared.drop();
      for (const [asked, outcome] of made.entries())
        if (!isAsRead(outcome)) ready.find((each) => each.asked === asked)?.prepared.forget?.();
      for (const { read, release } of tasks) {
        read?.end();
        release?.();
      }
    }
  }

  async #permitted(
    ready: readonly ReadyTask[],
    permit: Permit,
    { use }: PackBounds,
    started: number,
  ): Promise<PackOutcome> {
    const { clock, stop } = this.#options;
    permit.widen(slotsOf(ready.length, use));
    const readyAt = clock.now();
    const mayGo = await permit.ready(stop.draining, bytesOf(ready));
    const waited = { lane: clock.now() - readyAt, ahead: readyAt - started };
    const waiting = ready.map((each) => ({ ...each, spent: { ...each.spent, ...waited } }));
    const asked = this.#factsOf(waiting, permit);
    const none = { outcomes: waiting.flatMap((each, nth) => unsent(each, asked[nth])), call: null };
    if (!mayGo) return none;
    const factsOf = (going: readonly ReadyTask[]) => this.#factsOf(going, permit);
    const begun = this.#stillGoes(waiting, permit)
      ? await beginPack(waiting, { ...this.#options, factsOf })
      : null;
    if (begun === null) {
      permit.giveBack();
      return none;
    }
    const goes = begun.going.length > 0 && this.#stillGoes(begun.going, permit) && permit.leaves();
    const sent = goes ? await this.#call(permit, begun, use) : this.#unsent(permit, begun);
    const outcomes = waiting.flatMap((each, nth) => {
      const why = begun.left.get(each.asked);
      const place = begun.going.findIndex((going) => going.asked === each.asked);
      return why ? notBegun(each, asked[nth], why) : (sent.outcomes[place] ?? []);
    });
    return { outcomes, call: sent.call };
  }

  /** While the permit was waited for, another call may have shown that packs go no more here, or smaller ones. */
  #stillGoes({ length }: readonly ReadyTask[], { lane }: Permit): boolean {
    return mayStillGo(length, this.#options.useOf(lane));
  }

  /** While the attempts were written down, another call on this lane was answered: its permit holds no more, or no packs go here. */
  #unsent(permit: Permit, { going, facts, ids }: BegunPack): PackOutcome {
    permit.giveBack();
    const why = failure("flood_wait", `${permit.lane.chat} takes no such call for now; none was made`);
    return { outcomes: going.flatMap((each, nth) => unsent(each, facts[nth], why, ids[nth])), call: null };
  }

  /** The chat may have changed while the permit was waited for (a group that became a supergroup). */
  #factsOf(ready: readonly ReadyTask[], permit: Permit): AttemptFacts[] {
    const id = `${Math.round(this.#options.clock.wall()).toString(36)}${(this.#made++).toString(36)}`;
    return ready.map(({ task }, index) => ({
      ...this.#options.attempts.taggedFactsOf(task, permit),
      pack: { id, index },
    }));
  }

  async #call(permit: Permit, begun: BegunPack, use: PackUse): Promise<PackOutcome> {
    const { going: ready } = begun;
    if (ready.length === 0) return { outcomes: [], call: null };
    const { events, stop, transfers } = this.#options;
    const { bot, chat } = permit.lane;
    const media = ready.map(({ task, prepared }, nth) => ({
      ...prepared.request,
      kind: task.kind,
      tag: begun.facts[nth]?.tag ?? null,
    }));
    const given = await bot.sendPack({ chat, media, signal: stop.aborting });
    const answer = this.#believed(ready, begun.facts, given);
    const cause = answer.ok ? null : answer.failure;
    events.emit("call", {
      bot: bot.slug,
      chat,
      ms: answer.times.ended - answer.times.started,
      failure: cause,
    });
    const kinds = ready.map(({ task }) => task.kind);
    permit.end(forLane(answer), { kinds, uploadBytes: begun.bytes, isTrial: !use.isProved });
    if (answer.ok && ready.some(({ prepared }) => prepared.transfer === "url")) transfers.urlResult(null);
    const then = cause && afterPack(cause, answer.medium);
    const places = ready.map(({ asked }) => asked);
    const call = { places, answer, then, uploadBytes: begun.bytes };
    return { outcomes: outcomesOf(ready, begun, { answer, then }), call };
  }

  /** Returns the answer as it is; in doubt where it is that of another call, or its media are not the ones that were sent. */
  #believed(ready: readonly ReadyTask[], facts: readonly AttemptFacts[], answer: PackAnswer): PackAnswer {
    if (!answer.ok) return answer;
    const { times, value } = answer;
    const packed = ready.map(({ task, prepared: { request } }, nth) => ({
      key: task.entry.key,
      kind: task.kind,
      tag: facts[nth]?.tag ?? null,
      bytes: typeof request.media === "string" ? task.entry.bytes : request.media.bytes,
    }));
    const found = matchBlocks(packed, value.blocks);
    const first = found.ok ? found.sent[0] : undefined;
    const checked = first && this.#options.answers.check({ ok: true, value: first, times });
    if (checked?.ok) return answer;
    const why = found.ok ? "it holds no media" : found.why;
    const text = `the answer about message ${value.messageId} in ${value.chatId} does not match what was sent: ${why}; no id of it is kept`;
    const cause = checked?.failure ?? failure("bad_answer", text);
    this.#options.events.emit("notice", { level: "warn", text: cause.message });
    return { ok: false, failure: cause, times, medium: null };
  }
}

function unsent(
  { spent }: ReadyTask,
  facts: AttemptFacts | undefined,
  why?: Failure,
  attempt?: AttemptId,
): Outcome[] {
  if (facts === undefined) return [];
  const begun = attempt === undefined || why === undefined ? {} : { begun: { attempt, why } };
  return [{ facts, spent, transfer: null, result: { type: "put_off", ms: 0, ...begun } }];
}

function notBegun({ spent }: ReadyTask, facts: AttemptFacts | undefined, result: Unsent): Outcome[] {
  return facts ? [{ facts, spent, transfer: null, result }] : [];
}

/** What may be said of several media, or of a kind, or of all messages in the chat: which, the lane hears once one went by itself. */
const MAY_BE_ALL: readonly Reason[] = ["kind_not_allowed", "no_rights"];

function forLane(answer: PackAnswer): PackAnswer {
  if (answer.ok || !MAY_BE_ALL.includes(answer.failure.reason)) return answer;
  return { ...answer, failure: failure("refused_unclear", answer.failure.message) };
}
