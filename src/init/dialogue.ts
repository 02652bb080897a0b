import type { Asker, Examiner, Values } from "./asker.ts";
import { askForChats } from "./chats.ts";
import { askUntilTrue } from "./until-true.ts";
import { R2_VALUES, TOKEN_VALUE } from "./values.ts";

const R2_CHECKS = ["r2-endpoint", "r2-reach", "r2-access", "r2-list", "r2-read"];
const TOKEN_CHECKS = ["telegram-reach", "telegram-token"];

/**
 * Asks for what is missing, one thing at a time, and tries each answer at once. Resolves to what was answered, by variable. Throws
 * {@link Cancelled} when the person does not want to go on.
 */
export async function dialogue(asker: Asker, examiner: Examiner): Promise<Values> {
  asker.say("step", "R2: where your media are");
  const r2 = await askUntilTrue(asker, examiner, { wanted: R2_VALUES, checks: R2_CHECKS, before: {} });
  asker.say("step", "Telegram: the bot, and the private channels that it sends each file to once");
  const bot = await askUntilTrue(asker, examiner, {
    wanted: [TOKEN_VALUE],
    checks: TOKEN_CHECKS,
    before: r2,
  });
  return askForChats(asker, examiner, bot);
}
