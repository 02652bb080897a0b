import type { Asker, Examiner, Values } from "./asker.ts";
import { type Heard, listen } from "./listen.ts";
import { askUntilTrue, isTrue, placeOf } from "./until-true.ts";
import { CHATS_VALUE } from "./values.ts";

const CHECKS = ["telegram-chats"];

/** Has the bot's own updates tell of the channels that it was added to, where that disturbs nobody; else asks for their ids. */
export async function askForChats(asker: Asker, examiner: Examiner, before: Values): Promise<Values> {
  const byHand = () => askUntilTrue(asker, examiner, { wanted: [CHATS_VALUE], checks: CHECKS, before });
  if (placeOf(examiner, CHATS_VALUE)) return byHand();
  const bot = examiner.bot(before);
  const name = await bot?.username();
  if (!bot || !name?.ok) return byHand();
  asker.say("hint", invitation(name.value));
  if (!(await wantsListening(asker, name.value))) return byHand();
  let chats: readonly string[] = [];
  for (;;) {
    const heard = await listen(asker, bot.updates, { known: chats, clock: examiner.clock });
    chats = [...chats, ...heard.chats.map(({ id }) => id)];
    const values = { ...before, WARMUP_CHAT_ID: chats.join(",") };
    if (chats.length > 0) await isTrue(asker, examiner, values, CHECKS);
    const then = await whatNow(asker, heard, chats);
    if (then === "these") return values;
    if (then === "type") return byHand();
  }
}

function invitation(name: string): string {
  return `Telegram, New Channel (private); its Administrators, Add Admin, @${name}, with Post Messages on.\nAs many channels as you want to be fast: each takes about 20 files a minute.`;
}

/** Only an idle bot is listened to: one that runs takes its updates away before they are seen here. */
async function wantsListening(asker: Asker, name: string): Promise<boolean> {
  const answer = await asker.choose(`Is @${name} running now, on a server or in another terminal?`, [
    { value: "idle", label: "no: find the channels for me" },
    { value: "running", label: "yes, or I do not know: I type their ids" },
  ]);
  return answer === "idle";
}

const WHY: Readonly<Record<Exclude<Heard["end"], "found">, string>> = {
  webhook: "This bot has a webhook, so its updates go elsewhere, and nothing of it was touched.",
  polled: "Another process asks for the updates of this bot, so they are not asked for here any more.",
  full: "100 updates wait for this bot, so new ones cannot be seen without taking those away.",
  nothing:
    "Nothing was seen for a minute. Is it an administrator there? A bot that runs elsewhere takes its updates before they are seen here.",
  failed: "Telegram did not answer.",
};

async function whatNow(
  asker: Asker,
  { end, chats: more }: Heard,
  chats: readonly string[],
): Promise<"these" | "more" | "type"> {
  if (end !== "found") asker.say("hint", WHY[end]);
  const these = {
    value: "these",
    label: chats.length === 1 ? "go on with this one" : `go on with these ${chats.length}`,
  } as const;
  const again = { value: "more", label: more.length > 0 ? "wait for more" : "look again" } as const;
  const type = { value: "type", label: "type the ids myself" } as const;
  const canHear = end === "found" || end === "nothing" || end === "failed";
  const choices = [...(chats.length > 0 ? [these] : []), ...(canHear ? [again] : []), type];
  return choices.length === 1 ? "type" : asker.choose<"these" | "more" | "type">("And now?", choices);
}
