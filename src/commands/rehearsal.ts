import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Examiner } from "../init/asker.ts";
import { startQuickSandbox } from "../sandbox/demo.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** `prewarm init --sandbox`: a world in which everything that `init` asks about can be played. */
export interface Rehearsal {
  readonly env: NodeJS.ProcessEnv;
  /** An empty folder: no `.env` of the user is read or written. */
  readonly folder: string;
  /** What to type. */
  readonly introduction: string;
  /** The same examiner; while it listens, the stand-in of Telegram adds the bot to its channels. */
  around(examiner: Examiner): Examiner;
  /** For a process that ends without {@link close}. */
  removeFolder(): void;
  close(): Promise<void>;
}

/** Starts stand-ins for R2 and Telegram, whose bot is in no channel yet. */
export async function startRehearsal(): Promise<Rehearsal> {
  const sandbox = await startQuickSandbox();
  const { env } = sandbox;
  const chats = (env.WARMUP_CHAT_ID ?? "").split(",");
  for (const id of chats) await order(sandbox, { chat: { id, left: true } });
  const folder = mkdtempSync(join(tmpdir(), "prewarm-rehearsal-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  return {
    env: { R2_ENDPOINT: env.R2_ENDPOINT, TELEGRAM_API_ROOT: env.TELEGRAM_API_ROOT },
    folder,
    introduction: introductionOf(env),
    around: (examiner) => withSomebody(examiner, () => addNext(sandbox, chats)),
    removeFolder,
    close: async () => {
      removeFolder();
      await sandbox.close();
    },
  };
}

function introductionOf(env: Sandbox["env"]): string {
  const shown = ["R2_BUCKET", "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY", "TELEGRAM_BOT_TOKEN"];
  const lines = shown.map((name) => `${name}  ${env[name]}`);
  return ["A rehearsal with stand-ins on this machine. What to type, when it is asked for:", ...lines].join(
    "\n",
  );
}

function withSomebody(examiner: Examiner, add: () => Promise<void>): Examiner {
  let hasAsked = false;
  return {
    clock: examiner.clock,
    given: examiner.given,
    examine: (values, ids) => examiner.examine(values, ids),
    bot(values) {
      const bot = examiner.bot(values);
      if (bot === null) return null;
      const heard = async () => {
        if (hasAsked) await add();
        hasAsked = true;
        return bot.updates.heard();
      };
      return { username: () => bot.username(), updates: { taken: () => bot.updates.taken(), heard } };
    },
  };
}

async function addNext(sandbox: Sandbox, chats: string[]): Promise<void> {
  const id = chats.shift();
  if (id !== undefined) await order(sandbox, { chat: { id, left: false } });
}

async function order(sandbox: Sandbox, body: unknown): Promise<void> {
  await fetch(`${sandbox.botApi.url}/sandbox/control`, { method: "POST", body: JSON.stringify(body) });
}
