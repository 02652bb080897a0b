import { type Failure, nextStep } from "../domain/failure.ts";
import { documentedPace } from "../lanes/documented-pace.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext, CheckedBot, CheckedLane } from "./context.ts";
import { howToSet, placeOf, tokenNameOf } from "./hints.ts";
import { PROBE } from "./probe.ts";
import { reachReport } from "./reach.ts";
import { fail, ofFailure, pass, setStep, skipped, warn } from "./report.ts";

const CLOUD = "api.telegram.org";

const reach: Check = {
  id: "telegram-reach",
  group: "telegram",
  title: "connection",
  why: "Every file_id comes over this connection.",
  needs: ["config-missing:everything", "proxy", "config-values:TELEGRAM_API_ROOT"],
  run: async (context) => {
    const { apiRoot: url } = context.config.draft;
    return [reachReport(await context.reach(url), { name: "Telegram", url, variable: "TELEGRAM_API_ROOT" })];
  },
};

const limits: Check = {
  id: "telegram-limits",
  group: "telegram",
  title: "upload limit",
  why: "Telegram's own server takes uploads of 50 MB, one of yours in local mode 2000 MB.",
  run: ({ config: { draft, values } }) => {
    const host = new URL(draft.apiRoot).hostname;
    const origin = values.find(({ name }) => name === "TELEGRAM_API_LOCAL")?.given[0]?.origin;
    if (draft.apiLocal && host === CLOUD)
      return [
        fail(
          `TELEGRAM_API_LOCAL is on, but ${CLOUD} takes 50 MB only`,
          setStep(origin, "TELEGRAM_API_LOCAL", "0"),
        ),
      ];
    if (draft.apiLocal) return [pass(`2000 MB: ${host} is said to be in local mode`)];
    return [pass(host === CLOUD ? "50 MB" : `50 MB; TELEGRAM_API_LOCAL=1 if ${host} runs with --local`)];
  },
};

const OTHER_NEXT: Partial<Record<Failure["reason"], string>> = {
  api_root_wrong: "export TELEGRAM_API_ROOT=https://api.telegram.org",
  flood_wait: "wait as long as it says, then run prewarm check-env again",
};

/** A bot of prewarm.config.json has its token in a variable of its own. */
function botStep(
  config: CheckContext["config"],
  slug: string,
  { reason }: Pick<Failure, "reason">,
): string | undefined {
  if (reason !== "token_wrong") return OTHER_NEXT[reason];
  const name = tokenNameOf(config, slug);
  return howToSet(name, placeOf(config, name));
}

const token: Check = {
  id: "telegram-token",
  group: "telegram",
  title: "bot",
  why: "A file_id is worth something to the bot only whose token this is.",
  needs: ["telegram-reach", "config-missing:TELEGRAM_BOT_TOKEN", "config-values:TELEGRAM_BOT_TOKEN"],
  run: async ({ bots, config }) => {
    if (bots.length === 0) return [skipped("no token")];
    return Promise.all(
      bots.map(async (each) => {
        const me = await each.getMe();
        const { slug, id } = each.bot;
        if (me.ok)
          return pass(`@${me.value.username} (${id}); a webhook or polling elsewhere does not matter`, {
            subject: slug,
          });
        return ofFailure(me.failure, botStep(config, slug, me.failure), { subject: slug });
      }),
    );
  },
};

const chats: Check = {
  id: "telegram-chats",
  group: "telegram",
  title: "warmup chat",
  why: "Each chat is a lane: the bot posts there once per file, to get its file_id.",
  needs: [
    "telegram-reach",
    "config-missing:TELEGRAM_BOT_TOKEN",
    "config-values:TELEGRAM_BOT_TOKEN",
    "config-missing:WARMUP_CHAT_ID",
    "config-values:WARMUP_CHAT_ID",
  ],
  run: async (context) => {
    const lanes = await context.lanes();
    if (lanes.length === 0) return [skipped("no bot to look with")];
    const reports = await Promise.all(lanes.map((lane) => laneReport(context, lane)));
    return [...reports, ...twice(lanes)];
  },
};

async function laneReport(context: CheckContext, lane: CheckedLane): Promise<Report> {
  const subject = `${lane.bot} x ${lane.chat}`;
  const { result } = lane;
  if (!result.ok) return ofFailure(result.failure, await nextOf(context, lane, result.failure), { subject });
  const { title, type, movedTo } = result.value;
  if (movedTo !== null)
    return warn(`became a supergroup: it is ${movedTo} now`, renamed(context, lane.chat, movedTo), {
      subject,
      reason: "chat_migrated",
    });
  const words = `${type} "${title}": the bot may post; ${documentedPace(type)}/min by Telegram's word`;
  return pass(words, { subject });
}

async function nextOf(
  context: CheckContext,
  { bot, chat }: CheckedLane,
  { reason }: Failure,
): Promise<string> {
  const owner = context.bots.find((each) => each.bot.slug === bot);
  const name = await nameOf(owner);
  if (reason === "chat_not_found") {
    const meant = owner ? await meantChat(owner, chat) : null;
    return meant === null
      ? `Telegram -> the channel -> Administrators -> Add Admin -> ${name} (Post Messages); its id begins with -100`
      : renamed(context, chat, meant);
  }
  if (reason === "no_rights")
    return `Telegram -> the chat -> Administrators -> ${name} -> switch on Post Messages`;
  if (reason === "bot_kicked" || reason === "bot_not_member")
    return `Telegram -> the chat -> Administrators -> Add Admin -> ${name} (Post Messages)`;
  if (reason === "bot_blocked") return `Telegram -> the chat with ${name} -> Start`;
  if (reason === "chat_gone") return howToSet("WARMUP_CHAT_ID", placeOf(context.config, "WARMUP_CHAT_ID"));
  return botStep(context.config, bot, { reason }) ?? nextStep(reason);
}

async function nameOf(owner: CheckedBot | undefined): Promise<string> {
  const me = await owner?.getMe();
  return me?.ok ? `@${me.value.username}` : "your bot";
}

/** Channel ids get copied without their -100, names without their @. */
async function meantChat({ bot }: CheckedBot, chat: string): Promise<string | null> {
  const digits = chat.replace(/^-(100)?/, "");
  const guess = /^\d+$/.test(digits) ? `-100${digits}` : `@${chat.replace(/^@/, "")}`;
  if (guess === chat) return null;
  const found = await bot.getChat(guess);
  return found.ok ? guess : null;
}

/** The whole list again, since that is what the variable holds. */
function renamed({ config }: CheckContext, from: string, to: string): string {
  const given = config.values.find(({ name }) => name === "WARMUP_CHAT_ID")?.given[0];
  const inList = given?.value.split(",").map((chat) => chat.trim());
  if (!given || !inList?.includes(from))
    return `write ${to} instead of ${from} into warmup_chats of prewarm.config.json`;
  const ids = inList.map((chat) => (chat === from ? to : chat)).join(",");
  return given.origin.startsWith("--")
    ? `give --chat ${to} instead of ${from}`
    : setStep(given.origin, "WARMUP_CHAT_ID", ids);
}

function twice(lanes: readonly CheckedLane[]): Report[] {
  const seen = new Map<string, string>();
  return lanes.flatMap(({ bot, chat, result }) => {
    if (!result.ok) return [];
    const key = `${bot}|${result.value.id}`;
    const first = seen.get(key);
    seen.set(key, first ?? chat);
    const next = `leave ${chat} out of WARMUP_CHAT_ID`;
    return first === undefined
      ? []
      : [warn(`${first} and ${chat} are one chat, so one lane`, next, { subject: `${bot} x ${chat}` })];
  });
}

export const TELEGRAM: readonly Check[] = [reach, limits, token, chats, PROBE];
