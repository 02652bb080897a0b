import type { ItemResult, Latency } from "../domain/outcome.ts";
import type { Task } from "../domain/task.ts";
import type { Outcome } from "./outcome.ts";
import { itemResult, resolvedFields } from "./results.ts";

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
  const about = { key: entry.key, bytes: entry.bytes, entry, bot, kind, chatId: facts.chatId, transfer };
  const { place: placeMs } = spent;
  const place = pack ? { pack: { id: pack.id, size: pack.size, index: pack.index } } : {};
  const more = { attempts: calls, latency, placeMs, ...place, ...resolvedFields(task, fields.status) };
  return itemResult({ ...about, ...more, ...fields });
}
