import type { AdoptWay } from "../../domain/adopt-way.ts";
import type { Failure } from "../../domain/failure.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { Confirmation, Confirmed } from "../../ledgers/port.ts";
import type { Sent } from "../../telegram/port.ts";
import { errorFields, idFields, itemResult } from "../results.ts";
import { classifyStored, type Reading } from "../stored-kind.ts";
import type { Adoptable, AdoptionOptions } from "./adoption.ts";

/** How the adoption of a row ended; `way` is null where no id came of it. */
export interface AdoptEnd {
  readonly item: ItemResult;
  readonly way: AdoptWay | null;
}

/** What an adoption took: calls, milliseconds of them, and when it ended. */
export interface AdoptSpent {
  readonly calls: number;
  readonly sendMs: number;
  readonly now: number;
}

/** What is stored of a row. What lasts is the message of the other bot, whose file it is. */
export function confirmationOf(
  { task, posted }: Adoptable,
  media: Sent,
  { runBots }: Pick<AdoptionOptions, "runBots">,
): { readonly confirmation: Confirmation; readonly reading: Reading } {
  const { chatId, messageId, shown } = posted;
  const reading = classifyStored(task.kind, { ...media, chatId, messageId }, task.entry.key);
  const { stored, asked, weakness } = reading;
  const { mime, width, height, duration } = media;
  const bots = task.entry.bot === undefined ? runBots.warming : [task.bot];
  const about = { content: task.content, stored, asked, weakness, shown, replace: task.replace, bots };
  return { confirmation: { ...about, mime, width, height, duration }, reading };
}

/** An object whose id was got. */
export function adoptedItem(
  row: Adoptable,
  { confirmed, reading: { weakness }, way, spent }: AdoptedFacts,
): ItemResult {
  const ids = idFields(confirmed.stored, row.task.kind);
  const status = confirmed.duplicate ? "skipped" : weakness ? "weak" : "ready";
  const reason = confirmed.duplicate ? "duplicate_content" : (weakness?.reason ?? null);
  return itemOf(row, spent, { ...ids, status, reason, transfer: way });
}

interface AdoptedFacts {
  readonly confirmed: Confirmed;
  readonly reading: Reading;
  readonly way: AdoptWay;
  readonly spent: AdoptSpent;
}

/** A row that is in doubt. */
export function doubtedItem(row: Adoptable, spent: AdoptSpent, why: Failure): AdoptEnd {
  return { item: itemOf(row, spent, { status: "unknown", ...errorFields(why) }), way: null };
}

/** A row that another process is sending. */
export function takenItem(row: Adoptable, now: number): AdoptEnd {
  const spent = { calls: 0, sendMs: 0, now };
  return { item: itemOf(row, spent, { status: "skipped", reason: "in_flight_elsewhere" }), way: null };
}

/**
 * What is said of a row.
 * @internal
 */
export function itemOf(
  { task, posted }: Adoptable,
  { calls: made, sendMs, now }: AdoptSpent,
  fields: Partial<ItemResult> & Pick<ItemResult, "status">,
): ItemResult {
  const { entry, bot, kind, queuedAt, calls, resolved } = task;
  const total = now - queuedAt;
  const latency = { total, queue: 0, lane: Math.max(0, total - sendMs), download: 0, send: sendMs };
  const about = { key: entry.key, bot, kind, bytes: entry.bytes, entry, chatId: posted.chatId, resolved };
  return itemResult({ ...about, attempts: calls + made, latency, ...fields });
}

/** Whether a chat refuses a way for any message. */
export function isEverywhere({ reason }: Failure): boolean {
  return reason === "message_locked" || reason === "message_protected";
}
