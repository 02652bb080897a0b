import type { Clock } from "../domain/clock.ts";
import type { ContentId } from "../domain/content.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, failure } from "../domain/failure.ts";
import type { Shown } from "../domain/shown.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { Permit } from "../lanes/port.ts";
import type { AttemptFacts, AttemptId, Ledger, StoredId } from "../ledgers/port.ts";
import type { Sent } from "../telegram/port.ts";
import type { Prepared, Transfers } from "../transfers/port.ts";
import type { InFlight } from "./claims.ts";
import type { Stop } from "./stop.ts";

/** Where the time of a try went, in milliseconds on the engine's clock. */
export interface Spent {
  readonly download: number;
  readonly lane: number;
  readonly send: number;
}

/** What one try came to. */
export interface Outcome {
  readonly facts: AttemptFacts;
  readonly spent: Spent;
  /** How the call was made; null when it never came to one. */
  readonly transfer: TransferName | null;
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
    /** `startedAt` is when the call began; absent where there was none. */
    | {
        readonly type: "failed";
        readonly attempt: AttemptId | null;
        readonly failure: Failure;
        readonly startedAt?: number;
      }
    /**
     * Nothing was sent, for now: the permit was lost (lane frozen or closed meanwhile, or the run drains), or the same
     * content is on its way under another key. The item waits `ms` before its next try.
     */
    | { readonly type: "put_off"; readonly ms: number };
}

/** How long content waits that is being sent under another key. */
const SAME_CONTENT_MS = 500;

export interface AttemptsOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly transfers: Transfers;
  /** Each attempt claims its content here; whoever writes the outcome down ends that claim. */
  readonly inFlight: InFlight;
  readonly stop: Stop;
}

/** Makes tries: one try, one outcome. It does not loop, retry or sleep, except to wait for the permit. */
export class Attempts {
  readonly #options: AttemptsOptions;

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Reads the object, waits until the permit may be used, and calls Telegram once. Throws LedgerError only. */
  async make(task: Task, permit: Permit): Promise<Outcome> {
    const { clock, transfers, inFlight, stop } = this.#options;
    const started = clock.now();
    const facts = this.#factsOf(task, permit);
    try {
      const prepared = await transfers.prepare(task, stop.aborting);
      const read = clock.now();
      const spent = { download: read - started, lane: 0, send: 0 };
      const unsent = (result: Outcome["result"]): Outcome => ({ facts, spent, transfer: null, result });
      if (!prepared.ok) return unsent({ type: "failed", attempt: null, failure: prepared.failure });
      const known = await this.#knownContent(task, prepared.value);
      if (known) return unsent({ type: "known", ...known });
      if (!inFlight.claim(task, prepared.value.sha256() ?? task.content))
        return unsent({ type: "put_off", ms: SAME_CONTENT_MS });
      if (!(await permit.ready(stop.draining, uploadBytes(prepared.value))))
        return unsent({ type: "put_off", ms: 0 });
      return await this.#send(task, permit, prepared.value, { ...spent, lane: clock.now() - read });
    } finally {
      permit.drop();
    }
  }

  async #send(task: Task, permit: Permit, prepared: Prepared, spent: Spent): Promise<Outcome> {
    const { ledger, transfers, stop } = this.#options;
    // The chat may have changed while the permit was waited for (a group that became a supergroup).
    const facts = this.#factsOf(task, permit);
    const attempt = await ledger.begin(facts);
    if (!permit.stillHolds()) return this.#unsent(attempt, facts, spent);
    const { bot, chat } = permit.lane;
    const request = { ...prepared.request, chat, kind: task.sendAs ?? task.kind, signal: stop.aborting };
    const answer = await bot.send(request);
    const send = answer.times.ended - answer.times.started;
    // Listeners first: the end of the permit lets the next item begin.
    const failure = answer.ok ? null : answer.failure;
    this.#options.events.emit("call", { bot: bot.slug, chat, ms: send, failure });
    permit.end(answer);
    const common = { facts, transfer: prepared.transfer, spent: { ...spent, send } };
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
  async #unsent(attempt: AttemptId, facts: AttemptFacts, spent: Spent): Promise<Outcome> {
    const why = failure("flood_wait", `${facts.chatId} takes no calls for now; none was made`);
    await this.#options.ledger.retry(attempt, why);
    return { facts, spent, transfer: null, result: { type: "put_off", ms: 0 } };
  }

  /** A hash that is known before the call may show that the content is ready by now, also under another ETag. */
  async #knownContent(
    task: Task,
    prepared: Prepared,
  ): Promise<{ stored: StoredId; content: ContentId } | null> {
    const sha256 = prepared.sha256();
    if (task.replace || sha256 === null) return null;
    const { bot, kind, entry } = task;
    const [found] = await this.#options.ledger.lookup([{ bot, kind, entry: { ...entry, sha256 } }]);
    return found?.stored && found.content === sha256 ? { stored: found.stored, content: sha256 } : null;
  }

  #factsOf({ bot, kind, content, entry }: Task, permit: Permit): AttemptFacts {
    const settings = this.#options.transfers.settings(entry);
    return { bot, kind, content, entry, chatId: permit.lane.chat, settings };
  }
}

function uploadBytes({ request: { media, thumbnail } }: Prepared): number {
  return typeof media === "string" ? 0 : media.bytes + (thumbnail?.byteLength ?? 0);
}
