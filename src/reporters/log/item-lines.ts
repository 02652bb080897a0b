import type { Adviser } from "../../domain/advice.ts";
import { nextStep } from "../../domain/failure.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { LogFields, LogLine } from "./log-line.ts";

/** How lines about media begin; operators grep for it. */
export const PREFIX = "[MEDIA][PREWARM]";

/**
 * The end of an item. What a pass only finds again (`already_ready`, old failures it leaves alone) is for debugging: it
 * comes anew with each pass.
 */
export function itemLine(item: ItemResult, adviser: Adviser): LogLine {
  if (item.left) return { level: "debug", msg: `${PREFIX}[LEFT]`, fields: failedFields(item, adviser) };
  if (item.status === "failed" || item.status === "unknown")
    return { level: "error", msg: `${PREFIX}[ERR]`, fields: failedFields(item, adviser) };
  if (item.status === "weak")
    return { level: "warn", msg: `${PREFIX}[WEAK_FILE_ID]`, fields: storedFields(item) };
  // What was begun ends in a line, also where the content turned out to be known.
  if (item.status === "ready" || isTried(item))
    return { level: "info", msg: `${PREFIX}[OK]`, fields: storedFields(item) };
  return { level: "debug", msg: `${PREFIX}[SKIP]`, fields: { ...whom(item), reason: item.reason } };
}

/** Something was done for it, more than looking. */
export function isTried(item: ItemResult): boolean {
  if (item.left) return false;
  return item.status !== "skipped" || item.transfer !== null;
}

function whom({ bot, key, kind, chatId }: ItemResult): LogFields {
  return { bot, key, kind, chat: chatId };
}

function storedFields(item: ItemResult): LogFields {
  return {
    ...whom(item),
    asked_kind: item.askedKind,
    came_back_as: item.cameBackAs,
    reason: item.reason ?? undefined,
    file_id: item.fileId === null ? null : cutId(item.fileId),
    message_id: item.messageId,
    pack: item.pack?.id,
    transfer: item.transfer,
    bytes: item.bytes,
    attempts: item.attempts,
    resolved: item.resolved,
    resolved_why: item.resolvedWhy,
    ms: Math.round(item.latency.total),
    send_ms: Math.round(item.latency.send),
  };
}

function failedFields(item: ItemResult, adviser: Adviser): LogFields {
  const { error } = item;
  return {
    ...whom(item),
    where: item.where,
    status: item.status,
    class: error?.class,
    reason: error?.reason ?? item.reason,
    code: error?.code ?? undefined,
    message: error?.message,
    next: error ? nextStep(error.reason, adviser) : undefined,
    bytes: item.bytes ?? undefined,
    attempts: item.attempts,
    look_at: item.lookAt === undefined ? undefined : new Date(item.lookAt).toISOString(),
  };
}

/** Enough of a file_id to find it again by. */
function cutId(fileId: string): string {
  return fileId.length > 8 ? `${fileId.slice(0, 8)}…` : fileId;
}
