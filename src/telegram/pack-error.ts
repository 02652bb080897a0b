import type { Failure } from "../domain/failure.ts";

/**
 * How an error may name the medium of a message: by its number, counted from 1 (an album's `failed to send message #1 with ...`,
 * rubenlagus/TelegramBots#1520), by the number of its block, or by the part of the form that we sent it in. Nothing documents
 * any of it.
 */
const BY_NUMBER = /\b(?:message|media|medium|item|block|file) ?#(\d+)\b/i;
const BY_PART = /\battach:\/\/m(\d+)\b|\bblocks?\[(\d+)\]/i;

/** Which of `count` media an error names, counted from 0; null for none. */
export function namedMedium({ message }: Failure, count: number): number | null {
  const part = BY_PART.exec(message);
  const number = BY_NUMBER.exec(message);
  const index = part ? Number(part[1] ?? part[2]) : number ? Number(number[1]) - 1 : -1;
  return index >= 0 && index < count ? index : null;
}
