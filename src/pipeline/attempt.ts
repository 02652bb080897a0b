import { type Clock, toWall } from "../domain/clock.ts";
import type { ContentId } from "../domain/content.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { PackedIn } from "../domain/outcome.ts";
import type { Shown } from "../domain/shown.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { Permit } from "../lanes/port.ts";
import type { AttemptFacts, AttemptId, Ledger, StoredId } from "../ledgers/port.ts";
import type { Sent } from "../telegram/port.ts";
import type { Prepared, Transfers } from "../transfers/port.ts";
import { beginAttempt, readOf } from "./begin-attempt.ts";
import type { InFlight } from "./claims.ts";
import { OwnAnswers } from "./own-answers.ts";
import type { ReadTask } from "./read-ahead.ts";
import type { Stop } from "./stop.ts";

/** Where the time of a try went, in milliseconds on the engine's clock. */
export interface Spent {
  readonly download: number;
  readonly lane: number;
  readonly send: number;
  /** What of it passed between taking the permit and being ready for it. */
  readonly ahead: number;
  /** For which it kept its place busy, waits for the lane left out: reading, where that was not done ahead, and sending. */
  readonly place: number;
}

/** Where a medium is in a pack. */
interface PackPlace extends PackedIn {
  /** Rows that still need its message. */
  readonly message: { rows: number };
}

/** What one try came to. */
export interface Outcome {
  readonly facts: AttemptFacts;
  readonly spent: Spent;
  /** How the call was made; null when it never came to one. */
  readonly transfer: TransferName | null;
  /** The pack that it went in; absent for a message of its own. */
  readonly pack?: PackPlace | undefined;
  readonly result:
    | {
        readonly type: "sent";
        readonly attempt: AttemptId;
        readonly sent: Sent;
        readonly content: ContentId;
        readonly mime: string | null;
        readonly shown: Shown;
      }
    /** The content, once read, was known: nothing was sent. */
    | { readonly type: "known"; readonly stored: StoredId; readonly content: ContentId }
    /** Another process is sending it, or has sent it since the ledger was asked about it. */
    | { readonly type: "elsewhere" }
    /** The content, once read, was that of a call in doubt: nothing was sent. */
    | { readonly type: "in_doubt"; readonly content: ContentId }
    /** `startedAt` is when the call began; absent where there was none. */
    | {
        readonly type: "failed";
        readonly attempt: AttemptId | null;
        readonly failure: Failure;
        readonly startedAt?: number;
      }
    /** Its pack was refused for the sake of one medium, perhaps of this one: nothing was posted, and it goes again. */
    | { readonly type: "packed_again"; readonly attempt: AttemptId; readonly failure: Failure }
    /**
     * Nothing was sent, for now: the permit was lost (lane frozen or closed meanwhile, or the run drains), or the same
     * content is on its way under another key, or its pack had no room. The item waits `ms` before its next try, which is by itself if `alone`.
     */
    | { readonly type: "put_off"; readonly ms: number; readonly alone?: boolean };
}

/** What becomes of content that is being sent under another key. */
export const SAME_CONTENT = { type: "put_off", ms: 500 } as const;

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
}

/** Makes tries: one try, one outcome. It does not loop, retry or sleep, except to wait for the permit. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #answers = new OwnAnswers();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /**
   * Takes the object as it was read, or reads it now, waits until the permit may be used, and calls Telegram once. Throws
   * LedgerError only.
   */
  async make(task: Task, permit: Permit, read?: ReadTask): Promise<Outcome> {
    const { clock, transfers, stop } = this.#options;
    const started = clock.now();
    try {
      const prepared = await (read?.prepared ?? transfers.prepare(task, stop.aborting));
      const inPlace = read ? 0 : clock.now() - started;
      const spent = { download: read?.ms ?? inPlace, lane: 0, send: 0, ahead: 0, place: inPlace };
      if (prepared.ok) {
        const { drop, forget } = prepared.value;
        const outcome = await this.#permitted(task, permit, prepared.value, { started, spent }).finally(drop);
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
    task: Task,
    permit: Permit,
    prepared: Prepared,
    { started, spent }: { readonly started: number; readonly spent: Spent },
  ): Promise<Outcome> {
    const { clock, stop } = this.#options;
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
    return this.#send(task, permit, prepared, { ...spent, lane, ahead: readyAt - started });
  }

  /**
   * Claims the content of an object that was read; false where the same is on its way. Asked before the ledger is: between its answer
   * and the claim another task could finish with the same content.
   */
  claims(task: Task, prepared: Prepared): boolean {
    return this.#options.inFlight.claim(task, prepared.sha256() ?? task.content);
  }

  async #send(task: Task, permit: Permit, prepared: Prepared, spent: Spent): Promise<Outcome> {
    const { ledger, transfers, stop } = this.#options;
    // The chat may have changed while the permit was waited for (a group that became a supergroup).
    const facts = this.taggedFactsOf(task, permit);
    const begun = await beginAttempt(ledger, facts, readOf(task, prepared));
    if (begun.type !== "begun") {
      permit.giveBack();
      return { facts, spent, transfer: null, result: begun };
    }
    const { attempt } = begun;
    if (!permit.stillHolds()) return this.#unsent(attempt, permit, { facts, spent });
    const { bot, chat } = permit.lane;
    const message = { chat, kind: task.sendAs ?? task.kind, caption: facts.tag ?? undefined };
    const request = { ...prepared.request, ...message, signal: stop.aborting };
    const answer = this.#answers.check(await bot.send(request));
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
    if (!answer.ok) {
      const { started: startedAt } = answer.times;
      return { ...common, result: { type: "failed", attempt, failure: answer.failure, startedAt } };
    }
    const content = prepared.sha256() ?? task.content;
    const { mime, shown } = prepared;
    return { ...common, result: { type: "sent", attempt, sent: answer.value, content, mime, shown } };
  }

  /** While the attempt was written down, another call on this lane was answered: its permit holds no more. */
  async #unsent(
    attempt: AttemptId,
    permit: Permit,
    tried: Pick<Outcome, "facts" | "spent">,
  ): Promise<Outcome> {
    permit.giveBack();
    const why = failure("flood_wait", `${tried.facts.chatId} takes no calls for now; none was made`);
    await this.#options.ledger.retry(attempt, why);
    return { ...tried, transfer: null, result: { type: "put_off", ms: 0 } };
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

/** Whether it goes again with what was read: it was not sent, or is to be sent as it was a little later. */
export function isAsRead({ result }: Outcome): boolean {
  return result.type === "put_off" || (result.type === "failed" && result.failure.class === "flood");
}

/** Bytes of all files that a call carries for it; 0 by URL. */
export function uploadBytes(prepared: Prepared): number {
  if (prepared.transfer === "url") return 0;
  const { media, thumbnail } = prepared.request;
  return typeof media === "string" ? 0 : media.bytes + (thumbnail?.byteLength ?? 0);
}
