import type { ItemResult, Latency } from "../domain/outcome.ts";
import type { Task } from "../domain/task.ts";
import type { Outcome } from "./outcome.ts";
import { resolvedFields } from "./results.ts";

/** How long the item waited before this try, in milliseconds on the engine's clock. */
export interface Waited {
  readonly queue: number;
  readonly lane: number;
}

/** A try that is over. */
export interface Tried {
  readonly task: Task;
  readonly outcome: Outcome;
  readonly waited: Waited;
}

/** What is known of the end besides the try. */
export type EndOfTry = Partial<ItemResult> & { readonly status: ItemResult["status"] };

/** The end of an item by its last try, at `now` of the engine's clock. */
export function itemOf({ task, outcome, waited }: Tried, now: number, fields: EndOfTry): ItemResult {
  const { entry, bot, kind, calls } = task;
  const { transfer, facts, spent, pack } = outcome;
  const latency: Latency = {
    total: now - task.queuedAt,
    queue: waited.queue + spent.queue,
    lane: waited.lane + spent.lane,
    download: spent.download,
    send: spent.send,
  };
  // One object, since this is made of every item: each spread of several costs a microsecond.
  const item: ItemResult = {
    key: entry.key,
    bot,
    kind,
    fileId: null,
    fileUniqueId: null,
    chatId: facts.chatId,
    messageId: null,
    transfer,
    bytes: entry.bytes,
    attempts: calls,
    latency,
    placeMs: spent.place,
    error: null,
    reason: null,
    entry,
    ...fields,
  };
  if (!pack && !task.resolved && !task.resolvedWhy) return item;
  const place = pack ? { pack: { id: pack.id, size: pack.size, index: pack.index } } : {};
  return { ...item, ...place, ...resolvedFields(task, fields.status) };
}
