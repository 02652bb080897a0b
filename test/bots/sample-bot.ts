import { fileURLToPath } from "node:url";
import type { TruthRow } from "../../src/sandbox/bot-api/truth.ts";
import type { Running } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";

/** The user who writes to the sample bots. */
export const USER = 5_001;

/** A sample bot as a process of its own, and the user who writes to it. */
export interface SampleBot {
  readonly process: Running;
  /** Has the user write, and returns the message that the bot answers with, once it is posted. */
  say(text: string): Promise<TruthRow>;
}

/** The path of a file of `fixtures/bots`. */
export function botFile(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/bots/${name}`, import.meta.url));
}

/** Starts a program as a bot of this world, beside its ledger. */
export function startBot(world: World, file: string, env: Readonly<Record<string, string>> = {}): SampleBot {
  const running = world.start([], { wrap: () => [process.execPath, file], env });
  return { process: running, say: (text) => converse(world, text, running) };
}

/** Has the user write to the first bot of the world, and returns what is posted to them next. */
export async function converse(world: World, text: string, running?: Running): Promise<TruthRow> {
  const answers = () => world.posts().filter(({ chat_id }) => chat_id === USER);
  const before = answers().length;
  let ended = false;
  void running?.ended.then(() => {
    ended = true;
  });
  world.botApi.control({ update: { chat: USER, text, bot: "first_bot", from: { first_name: "Grace" } } });
  await world.until(() => ended || answers().length > before, `the bot answers "${text}"`);
  const answer = answers()[before];
  if (answer === undefined) throw new Error(`the bot ended: ${running?.heard()}`);
  return answer;
}
