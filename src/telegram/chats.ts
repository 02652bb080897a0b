import { isRecord, wholeNumber } from "./answer.ts";
import type { ChatInfo } from "./port.ts";

/** Reads a bot as it describes itself; null for what is none. */
export function botIn(value: unknown): { readonly username: string } | null {
  const id = isRecord(value) ? wholeNumber(value.id) : null;
  return isRecord(value) && id !== null ? { username: firstText(value.username) ?? String(id) } : null;
}

/** Reads a chat (core.telegram.org/bots/api#chatfullinfo); null for what is none. */
export function chatIn(value: unknown): ChatInfo | null {
  if (!isRecord(value) || typeof value.type !== "string") return null;
  const id = wholeNumber(value.id);
  if (id === null) return null;
  return {
    id: String(id),
    type: value.type as ChatInfo["type"],
    title: firstText(value.title, value.username, value.first_name) ?? String(id),
    ...(value.has_protected_content === true ? { isProtected: true } : {}),
  };
}

/** The first of these that is a text with something in it; null where none is. */
export function firstText(...values: readonly unknown[]): string | null {
  return values.find((value): value is string => typeof value === "string" && value !== "") ?? null;
}
