import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { ItemResult, Latency } from "../domain/outcome.ts";
import type { RunBots } from "../domain/run-bots.ts";
import type { Task, TransferName } from "../domain/task.ts";
import type { AttemptId, Ledger, StoredId } from "../ledgers/port.ts";
import type { Outcome } from "./attempt.ts";
import { followUp } from "./follow-up.ts";
import { errorFields, idFields, itemResult } from "./results.ts";
import { readAnswer } from "./weak.ts";

export interface SettleParts {
  readonly clock: Clock;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly retries: number;
  readonly mode: "auto" | TransferName;
  readonly random: () => number;
  readonly open: (bot: string, kind: MediaKind) => boolean;
  readonly runBots: RunBots;
  /** Removes a warmup message once its id is safe (`--delete-after`); null when messages stay. */
  readonly remove: ((bot: string, stored: StoredId) => Promise<void>) | null;
}

/** How long the item waited before this try, on the engine's clock. */
export interface Waited {
  readonly queue: number;
  readonly lane: number;
}

/** What the queue has to do after a try: nothing (the item ended, or the run stops), or take a task back. */
export type Settled = { readonly again: Task | null };

const OVER: Settled = { again: null };

/** Writes the outcome of a try down and tells it: the ledger first, then the screens. */
export async function settle(
  task: Task,
  outcome: Outcome,
  waited: Waited,
  parts: SettleParts,
): Promise<Settled> {
  const { result } = outcome;
  const tell = (fields: Partial<ItemResult> & Pick<ItemResult, "status">) =>
    parts.events.emit("item", itemResult({ ...common(task, outcome, waited, parts.clock), ...fields }));
  if (result.type === "put_off")
    return { again: result.ms > 0 ? { ...task, notBefore: parts.clock.now() + result.ms } : task };
  if (result.type === "failed") return settleFailure(task, outcome, result, tell, parts);
  if (result.type === "known") {
    const { bot, kind, entry } = task;
    const { configured } = parts.runBots;
    await parts.ledger.point({ bot, kind, entry, content: result.content, bots: configured });
    tell({ ...idFields(result.stored, kind), status: "skipped", reason: "duplicate_content" });
    return OVER;
  }
  await settleSent(task, result, tell, parts);
  return OVER;
}

type Tell = (fields: Partial<ItemResult> & Pick<ItemResult, "status">) => void;

async function settleSent(
  task: Task,
  result: Extract<Outcome["result"], { type: "sent" }>,
  tell: Tell,
  parts: SettleParts,
): Promise<void> {
  const { sent, content, attempt } = result;
  const reading = readAnswer(task.kind, sent, task.entry.key);
  const confirmed = await parts.ledger.confirm(attempt, {
    content,
    stored: reading.stored,
    asked: reading.asked,
    replace: task.replace,
    mime: result.mime ?? sent.mime,
    width: sent.width,
    height: sent.height,
    duration: sent.duration,
    bots: task.entry.bot === undefined ? parts.runBots.warming : [task.bot],
  });
  await parts.remove?.(task.bot, reading.stored);
  const ids = idFields(confirmed.stored, task.kind);
  if (confirmed.duplicate) tell({ ...ids, status: "skipped", reason: "duplicate_content" });
  else if (reading.weakness) tell({ ...ids, status: "weak", reason: reading.weakness.reason });
  else tell({ ...ids, status: "ready" });
}

async function settleFailure(
  task: Task,
  outcome: Outcome,
  { attempt, failure }: { attempt: AttemptId | null; failure: Failure },
  tell: Tell,
  parts: SettleParts,
): Promise<Settled> {
  const { ledger, clock, events } = parts;
  const next = followUp(task, failure, {
    ...parts,
    transfer: outcome.transfer,
    open: (kind) => parts.open(task.bot, kind),
  });
  switch (next.do) {
    case "again": {
      if (attempt !== null) await ledger.retry(attempt, failure);
      const notBefore = next.delayMs > 0 ? clock.now() + next.delayMs : 0;
      const { entry, bot, kind } = task;
      events.emit("retry", { key: entry.key, bot, kind, chat: outcome.facts.chatId, failure, notBefore });
      return { again: { ...next.task, notBefore } };
    }
    case "release":
      if (attempt !== null) await ledger.retry(attempt, failure);
      return { again: task };
    case "doubt":
      if (attempt !== null) await ledger.doubt(attempt, failure);
      tell({ status: "unknown", ...errorFields(failure) });
      return OVER;
    case "fail":
      await ledger.fail(attempt, outcome.facts, failure);
      tell({ status: "failed", ...errorFields(failure) });
      return OVER;
  }
}

function common(task: Task, outcome: Outcome, waited: Waited, clock: Clock) {
  const { download, lane, send } = outcome.spent;
  const total = clock.now() - task.queuedAt;
  const latency: Latency = { total, queue: waited.queue, lane: waited.lane + lane, download, send };
  const { key, bytes } = task.entry;
  return {
    key,
    entry: task.entry,
    bytes,
    latency,
    bot: task.bot,
    kind: task.kind,
    chatId: outcome.facts.chatId,
    transfer: outcome.transfer,
    attempts: task.calls,
  };
}
