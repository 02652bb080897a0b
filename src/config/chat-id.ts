import { BadValue } from "./bad-value.ts";
import { list } from "./parse.ts";

const FORM = "ids (channels: -100 and ten digits or more) or @names, with commas between";
const WHERE = "open the chat at web.telegram.org, its id stands in the address";

/** What people write for a chat, and what they mean by it. */
const MEANT: readonly (readonly [written: RegExp, meant: (...groups: string[]) => string])[] = [
  // core.telegram.org/api/bots/ids: a channel is -100 and its own id, which has ten digits or more.
  [/^(100\d{10,})$/, (digits) => `-${digits}`],
  [/^-(100\d{7,9})$/, (digits) => `-100${digits}`],
  [/^[−–—](\d+)$/, (digits) => `-${digits}`],
  [/^(?:https?:\/\/)?t(?:elegram)?\.(?:me|dog)\/c\/(\d+)(?:\/.*)?$/i, (digits) => `-100${digits}`],
  [/^(?:https?:\/\/)?web\.telegram\.org\/.*#-100(\d{10,})\b.*$/i, (digits) => `-100${digits}`],
  [/^(?:https?:\/\/)?web\.telegram\.org\/.*#-(\d{10,})\b.*$/i, (digits) => `-100${digits}`],
  [/^(?:https?:\/\/)?t(?:elegram)?\.(?:me|dog)\/(?:s\/)?([a-z]\w{3,})(?:\/\d*)?\/?$/i, (name) => `@${name}`],
  [/^([a-z]\w{4,31})$/i, (name) => `@${name}`],
];

const INVITE = /(t(elegram)?\.(me|dog)\/(\+|joinchat\/)|tg:\/\/join\b)/i;

/** Chats with commas between, each once. Throws BadValue. */
export function chatList(text: string): string[] {
  const chats = list(text);
  const problems = chats.flatMap((chat) => problemOf(chat) ?? []);
  if (problems.length === 0) return [...new Set(chats)];
  const right = chats.map((chat) => (problemOf(chat) ? meantBy(chat) : chat));
  const isKnown = right.every((chat) => chat !== null);
  throw new BadValue(problems.map(({ message }) => message).join("; "), {
    right: isKnown ? right.join(",") : null,
  });
}

/** A chat as a member of a list in JSON. Throws BadValue. */
export function oneChat(text: string): string {
  const problem = problemOf(text.trim());
  if (problem) throw problem;
  return text.trim();
}

function problemOf(chat: string): BadValue | null {
  const right = meantBy(chat);
  if (right !== null) return new BadValue(`${FORM}: "${chat}" is probably ${right}`, { right });
  if (INVITE.test(chat)) return new BadValue(`${FORM}: an invite link does not tell the id; ${WHERE}`);
  return /^(-?\d{1,16}|@[a-z]\w*)$/i.test(chat) && Number(chat) !== 0 ? null : new BadValue(FORM);
}

function meantBy(chat: string): string | null {
  for (const [written, meant] of MEANT) {
    const match = written.exec(chat);
    if (match) return meant(...match.slice(1));
  }
  // Other separators than commas, and ids in groups of digits.
  const parts = chat.split(/[\s;|]+/);
  return parts.length > 1 && parts.every((part) => /^(-100\d{10,}|@\w+)$/.test(part))
    ? parts.join(",")
    : null;
}

/**
 * A chat that may be what it says, and more often is a channel whose -100 was left out: its id. Groups of the old kind have such
 * ids too. Null for every other chat.
 */
export function likelyChannel(chat: string): string | null {
  const digits = /^-([1-3]\d{9})$/.exec(chat)?.[1];
  return digits === undefined ? null : `-100${digits}`;
}
