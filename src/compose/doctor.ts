import type { Dispatcher } from "undici";
import type { ConfigDraft } from "../config/config.ts";
import { type Inspection, inspect } from "../config/inspect.ts";
import type { Flags } from "../config/layers.ts";
import type { CheckContext } from "../doctor/context.ts";
import { REACH_MS, STALL_MS } from "../doctor/http.ts";
import { openContext } from "../doctor/open-context.ts";
import { systemClock } from "../domain/clock.ts";
import { redactor, Secret } from "../domain/secret.ts";
import { noteRemembered } from "../lanes/remembered-waits.ts";
import { waitingBot } from "../lanes/waiting-bot.ts";
import { Waits } from "../lanes/waits.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import type { Identity } from "../ledgers/port.ts";
import { inspectSqlite } from "../ledgers/sqlite/inspect.ts";
import { nativeProblem } from "../ledgers/sqlite/native.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { Storage } from "../storage/port.ts";
import { openR2 } from "../storage/r2.ts";
import { openBot } from "../telegram/client.ts";
import type { Bot } from "../telegram/port.ts";
import { identityOf } from "./connect.ts";
import { openDispatcher } from "./dispatcher.ts";

/** What `check-env` looks at. */
export interface Examination {
  readonly context: CheckContext;
  /** Takes every secret of this configuration out of a text, also those that lost to others. */
  readonly redact: (text: string) => string;
  close(): Promise<void>;
}

export interface ExaminationOptions {
  readonly flags: Flags;
  readonly env: NodeJS.ProcessEnv;
  /** Where `.env` and prewarm.config.json are looked for. */
  readonly folder: string;
  /** Really send something. */
  readonly probing: boolean;
}

/** Makes the parts of whatever configuration there is, those that it allows to be made. Connects nothing yet. */
export function openExamination({ flags, env, folder, probing }: ExaminationOptions): Examination {
  const config = inspect(flags, env, folder);
  const redact = redactor(config.secrets);
  const dispatcher = openDispatcher(config.draft.proxy, { connectMs: REACH_MS });
  const storage = storageOf(config.draft, dispatcher);
  const bots = botsOf(config, dispatcher, redact);
  const readLedger = () => ledgerOf(config.draft);
  const context = openContext({
    folder,
    env,
    config,
    probing,
    dispatcher,
    storage,
    bots,
    readLedger,
    nativeProblem,
  });
  const close = async () => {
    await storage?.close();
    await dispatcher.destroy();
  };
  return { context, redact, close };
}

function botsOf(
  config: Inspection,
  dispatcher: Dispatcher,
  redact: (text: string) => string,
): { bot: Bot; chats: readonly string[] }[] {
  const { draft } = config;
  const clock = systemClock();
  const waits = new Waits(clock);
  const common = {
    dispatcher,
    redact,
    clock,
    apiRoot: draft.apiRoot,
    test: draft.testEnvironment,
    stallMs: STALL_MS,
    answerMs: STALL_MS,
  };
  const given = draft.bots.length > 0 ? draft.bots : botWithoutChats(config);
  const named = given.flatMap(({ slug, chats }) => chats.map((chat) => ({ bot: slug, chat })));
  noteRemembered(waits, named, memoriesOf(draft), clock);
  return given.map(({ slug, token, chats }) => ({
    bot: waitingBot(openBot({ ...common, slug, token: token.reveal() }), waits),
    chats,
  }));
}

/** None where the ledger cannot be read: a check of its own says why. */
function memoriesOf(draft: ConfigDraft): readonly LaneMemory[] {
  try {
    return ledgerOf(draft)?.lanes ?? [];
  } catch (error) {
    if (error instanceof LedgerError) return [];
    throw error;
  }
}

/** A token is worth a look also while there is no chat. */
function botWithoutChats({ values }: Inspection): ConfigDraft["bots"] {
  const given = values.find(({ name }) => name === "TELEGRAM_BOT_TOKEN")?.given[0];
  if (!given || given.origin.endsWith("_FILE")) return [];
  return [
    { slug: "default", token: new Secret(given.value.trim()), tokenName: "TELEGRAM_BOT_TOKEN", chats: [] },
  ];
}

function storageOf(draft: ConfigDraft, dispatcher: Dispatcher): Storage | null {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = draft;
  if (!endpoint || !bucket || !accessKeyId || !secretAccessKey) return null;
  const keys = { accessKeyId: accessKeyId.reveal(), secretAccessKey: secretAccessKey.reveal() };
  return openR2({ endpoint, bucket, ...keys, dispatcher, stallMs: STALL_MS });
}

function ledgerOf(draft: ConfigDraft): LedgerView | null {
  const { accessKeyId, secretAccessKey } = draft;
  const isKnown = draft.bucket && draft.endpoint && accessKeyId && secretAccessKey && draft.bots.length > 0;
  const identity: Identity | null = isKnown
    ? identityOf({ ...draft, accessKeyId, secretAccessKey }, false)
    : null;
  return draft.ledger === "" ? null : inspectSqlite(draft.ledger, identity);
}
