import { BadValue } from "./bad-value.ts";
import { oneChat } from "./chat-id.ts";
import { withoutSecrets } from "./mask.ts";
import { nearest } from "./nearest.ts";
import { slug as slugOf } from "./places.ts";
import { plainValue } from "./plain.ts";
import type { Problems } from "./problems.ts";

/** A bot as prewarm.config.json has it. */
export interface FileBot {
  readonly slug: string;
  readonly tokenEnv: string;
  readonly chats: readonly string[];
}

const MEMBERS = ["slug", "token_env", "warmup_chats"] as const;
type Member = (typeof MEMBERS)[number];

/** The member `bots` of prewarm.config.json; what cannot be used is left out, a problem each. */
export function botsIn(value: unknown, problems: Problems, file: string): FileBot[] {
  if (!Array.isArray(value)) {
    problems.add(`${file}: "bots" must be a list of bots, not ${kindOf(value)}`);
    return [];
  }
  const bots = value.flatMap((each, at) => botAt(each, `${file}: bots[${at}]: `, problems) ?? []);
  const twice = bots.filter(({ slug }, at) => bots.findIndex((each) => each.slug === slug) !== at);
  for (const { slug } of twice)
    problems.add(`${file}: two bots are called "${slug}"; give each a slug of its own`);
  return bots;
}

function botAt(value: unknown, where: string, problems: Problems): FileBot | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.add(
      `${where}it must be an object such as {"slug": "shop", "token_env": "SHOP_BOT_TOKEN", "warmup_chats": [-1001234567890]}, not ${kindOf(value)}`,
    );
    return null;
  }
  const members: Partial<Record<Member, unknown>> & Record<string, unknown> = { ...value };
  for (const name of Object.keys(members))
    if (!MEMBERS.some((member) => member === name)) problems.add(strangerProblem(name, MEMBERS, where));
  const before = problems.all.length;
  const read = <T>(name: Member, parse: (given: unknown) => T): T | null => {
    if (members[name] !== undefined)
      return problems.parse(`${where}"${name}" is not usable,`, () => parse(members[name]), null);
    problems.add(`${where}"${name}" is missing`);
    return null;
  };
  const slug = read("slug", (given) => slugOf(plainValue(text(given))));
  const tokenEnv = read("token_env", variableName);
  const chats = read("warmup_chats", chatsIn);
  const isWhole = slug !== null && tokenEnv !== null && chats !== null && problems.all.length === before;
  return isWhole ? { slug, tokenEnv, chats } : null;
}

function text(given: unknown): string {
  if (typeof given !== "string" || given.trim() === "") throw new BadValue(`a text, not ${kindOf(given)}`);
  return given;
}

function variableName(given: unknown): string {
  const name = text(given).trim();
  if (/^[A-Za-z_]\w*$/.test(name)) return name;
  throw new BadValue(
    "the name of a variable that holds the token, such as SHOP_BOT_TOKEN, never the token itself",
  );
}

function chatsIn(given: unknown): string[] {
  if (!Array.isArray(given) || given.length === 0)
    throw new BadValue(`a list with at least one chat such as [-1001234567890], not ${kindOf(given)}`);
  return given.map((chat: unknown) => {
    if (typeof chat !== "string" && typeof chat !== "number")
      throw new BadValue(`a list of ids and @names, not of ${kindOf(chat)}`);
    return oneChat(plainValue(String(chat)));
  });
}

/** A problem with a name that is none, and the one that was probably meant. */
export function strangerProblem(name: string, known: readonly string[], where: string): string {
  const hint = nearest(name, known);
  const secret = /token|secret|key/i.test(name) ? "; secrets belong into the environment" : "";
  return `${where}unknown member "${withoutSecrets(name)}"${hint ? `; did you mean "${hint}"?` : secret}`;
}

/** What a value of JSON is, for people. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value === "") return "an empty text";
  return typeof value === "string" ? "a text" : typeof value === "object" ? "an object" : String(value);
}
