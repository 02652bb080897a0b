import type { ConformOutcome } from "./conform.ts";
import type { FactSeen } from "./facts/play.ts";
import { hider, type ReportParts, reportHead } from "./report.ts";

/** Members by which people, bots, chats or files are known, whatever they are in. */
const PRIVATE =
  /^(id|user_id|chat_id|file_id|file_unique_id|file_path|custom_emoji_id|title|username|first_name|last_name|author_signature|invite_link|date|edit_date|message_id|forward_from_message_id)$/;

/** What facts came out as, with every answer, to be sent to others: names, ids and moments are left out of it. */
export function captureOf(
  outcomes: readonly ConformOutcome[],
  chat: { readonly id: string; readonly type: string } | null,
  parts: ReportParts,
) {
  const hide = hider(chat ? [chat.id] : [], parts);
  return {
    ...reportHead(parts, "prewarm-capture/1"),
    chat_type: chat?.type ?? null,
    facts: outcomes.map(({ fact, status, says, seen }) => ({
      id: fact.id,
      rule: fact.rule,
      origin: fact.origin,
      status: status === "unpaid" ? "budget" : status,
      differs: says.map((line) => hide(withoutIds(line))),
      answers: seen.map((answer) => answerOf(answer, hide)),
    })),
  };
}

/** Of R2 nothing but the code of an error: its answers are objects, and name the bucket. */
function answerOf({ asked, status, body }: FactSeen, hide: (text: string) => string) {
  if (asked.endsWith("of R2"))
    return { asked, status, code: /<Code>(\w+)<\/Code>/.exec(String(body))?.[1] ?? null };
  return { asked, status, body: scrubbed(body, hide) };
}

/** Ids of files within a sentence: long words of letters, digits, `-` and `_`. */
function withoutIds(text: string): string {
  return text.replace(/[\w-]{16,}/g, "<id>");
}

function scrubbed(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === "string") return hide(value);
  if (Array.isArray(value)) return value.map((each) => scrubbed(each, hide));
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, each]) => [
    name,
    PRIVATE.test(name) ? `<${name}>` : scrubbed(each, hide),
  ]);
  return Object.fromEntries(members);
}
