import type { Clock } from "../domain/clock.ts";
import type { ContentId } from "../domain/content.ts";
import type { Failure } from "../domain/failure.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { AttemptFacts, AttemptId, Ledger, StoredId } from "../ledgers/port.ts";
import type { Bot, CallTimes, Sent } from "../telegram/port.ts";
import type { Prepared, Transfers } from "../transfers/port.ts";
import type { UnderWay } from "./claims.ts";

/** The right to make one call on a lane (see telegram/lanes/ticket.ts). */
export interface Slot {
  readonly lane: { readonly bot: Bot; readonly chat: string };
  /** `uploadBytes`: size of all files of the call, 0 by url. */
  ready(signal: AbortSignal, uploadBytes: number): Promise<boolean>;
  end(call: { times: CallTimes; floodMs: number | null; sent: boolean }): void;
  drop(): void;
}

export interface AttemptParts {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly transfers: Transfers;
  /** What is being sent; the caller ends a claim when the outcome is written down. */
  readonly underWay: UnderWay;
  /** Nothing new is begun. */
  readonly draining: AbortSignal;
  /** What is under way is cut off. */
  readonly aborting: AbortSignal;
}

/** Milliseconds on the engine's clock. */
export interface Spent {
  readonly download: number;
  readonly lane: number;
  readonly send: number;
}

/** What one try came to. */
export interface Outcome {
  readonly facts: AttemptFacts;
  readonly spent: Spent;
  readonly transfer: TransferName | null;
  readonly result:
    | {
        readonly type: "sent";
        readonly attempt: AttemptId;
        readonly sent: Sent;
        readonly content: ContentId;
        readonly mime: string | null;
      }
    /** The content, once read, was known: nothing was sent. */
    | { readonly type: "known"; readonly stored: StoredId; readonly content: ContentId }
    | { readonly type: "failed"; readonly attempt: AttemptId | null; readonly failure: Failure }
    /**
     * Nothing was sent, for now: the slot was lost (lane frozen or closed meanwhile, or the run drains), or the same
     * content is on its way under another key.
     */
    | { readonly type: "put_off"; readonly ms: number };
}

/** How long content waits that another key is just sending. */
const SAME_CONTENT_MS = 500;

/** One try, one outcome: no loop, no retry, no sleep but for the slot. Throws LedgerError only. */
export async function attempt(task: Task, slot: Slot, parts: AttemptParts): Promise<Outcome> {
  const { clock, ledger, transfers } = parts;
  const started = clock.now();
  const facts = factsOf(task, slot, transfers);
  try {
    const prepared = await transfers.prepare(task, parts.aborting);
    const read = clock.now();
    const spent = { download: read - started, lane: 0, send: 0 };
    if (!prepared.ok)
      return {
        facts,
        spent,
        transfer: null,
        result: { type: "failed", attempt: null, failure: prepared.failure },
      };
    const known = await knownContent(task, prepared.value, ledger);
    if (known) return { facts, spent, transfer: null, result: { type: "known", ...known } };
    if (!parts.underWay.claim(task, prepared.value.sha256() ?? task.content))
      return { facts, spent, transfer: null, result: { type: "put_off", ms: SAME_CONTENT_MS } };
    if (!(await slot.ready(parts.draining, uploadBytes(prepared.value))))
      return { facts, spent, transfer: null, result: { type: "put_off", ms: 0 } };
    return await send(task, slot, prepared.value, parts, { ...spent, lane: clock.now() - read });
  } finally {
    slot.drop();
  }
}

async function send(
  task: Task,
  slot: Slot,
  prepared: Prepared,
  parts: AttemptParts,
  spent: Spent,
): Promise<Outcome> {
  // The chat may have changed while the slot was waited for (a group that became a supergroup).
  const facts = factsOf(task, slot, parts.transfers);
  const attempt = await parts.ledger.begin(facts);
  const { bot, chat } = slot.lane;
  const request = { ...prepared.request, chat, kind: task.sendAs ?? task.kind, signal: parts.aborting };
  const answer = await bot.send(request);
  slot.end({ times: answer.times, floodMs: answer.ok ? null : floodOf(answer.failure), sent: answer.ok });
  const common = {
    facts,
    transfer: prepared.transfer,
    spent: { ...spent, send: answer.times.ended - answer.times.started },
  };
  if (prepared.transfer === "url") parts.transfers.urlResult(answer.ok ? null : answer.failure);
  if (!answer.ok) return { ...common, result: { type: "failed", attempt, failure: answer.failure } };
  const content = prepared.sha256() ?? task.content;
  return { ...common, result: { type: "sent", attempt, sent: answer.value, content, mime: prepared.mime } };
}

/** A hash that is known before the call may show that the content is there by now, or already under another ETag. */
async function knownContent(task: Task, prepared: Prepared, ledger: Ledger) {
  const sha256 = prepared.sha256();
  if (task.replace || sha256 === null) return null;
  const { bot, kind, entry } = task;
  const [found] = await ledger.lookup([{ bot, kind, entry: { ...entry, sha256 } }]);
  return found?.stored && found.content === sha256 ? { stored: found.stored, content: sha256 } : null;
}

function factsOf(task: Task, slot: Slot, transfers: Transfers): AttemptFacts {
  const { bot, kind, content, entry } = task;
  return { bot, kind, content, entry, chatId: slot.lane.chat, settings: transfers.settings(entry) };
}

function floodOf(failure: Failure): number | null {
  return failure.class === "flood" ? (failure.retryAfterMs ?? 0) : null;
}

function uploadBytes({ request: { media, thumbnail } }: Prepared): number {
  return typeof media === "string" ? 0 : media.bytes + (thumbnail?.byteLength ?? 0);
}
