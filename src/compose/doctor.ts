import type { Dispatcher } from "undici";
import type { ConfigDraft } from "../config/config.ts";
import { type Inspection, inspect } from "../config/inspect.ts";
import type { Flags } from "../config/layers.ts";
import type { CheckContext } from "../doctor/context.ts";
import { REACH_MS, STALL_MS } from "../doctor/http.ts";
import { openContext } from "../doctor/open-context.ts";
import { systemClock } from "../domain/clock.ts";
import { isPostgres, readPostgresUrl } from "../domain/postgres-url.ts";
import { redactor, Secret } from "../domain/secret.ts";
import { noteRemembered } from "../lanes/remembered-waits.ts";
import { waitingBot } from "../lanes/waiting-bot.ts";
import { Waits } from "../lanes/waits.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LaneMemory } from "../ledgers/lane-memory.ts";
import type { PlatformBot } from "../ledgers/platform-port.ts";
import type { Identity } from "../ledgers/port.ts";
import type { PostgresSight } from "../ledgers/postgres-sight.ts";
import { inspectSqlite } from "../ledgers/sqlite/inspect.ts";
import { nativeProblem } from "../ledgers/sqlite/native.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { Storage } from "../storage/port.ts";
import { openR2 } from "../storage/r2.ts";
import { openBot } from "../telegram/client.ts";
import type { Bot } from "../telegram/port.ts";
import { identityOf } from "./connect.ts";
import { openDispatcher } from "./dispatcher.ts";
import { chatsWith } from "./platform-lanes.ts";

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

/** Milliseconds for which a ledger in PostgreSQL is looked at, before all else. */
const LOOK_MS = 4_000;

/**
 * Makes the parts of whatever configuration there is, those that it allows to be made. Connects to nothing but a ledger in PostgreSQL,
 * which says what the others have to heed.
 */
export async function openExamination({
  flags,
  env,
  folder,
  probing,
}: ExaminationOptions): Promise<Examination> {
  const config = inspect(flags, env, folder);
  const redact = redactor(config.secrets);
  const dispatcher = openDispatcher(config.draft.proxy, { connectMs: REACH_MS });
  const storage = storageOf(config.draft, dispatcher);
  const postgres = await sightOf(config.draft, env);
  const readLedger = () => (postgres ? viewIn(postgres) : ledgerOf(config.draft));
  const bots = botsOf(config, { dispatcher, redact, readLedger, platform: postgres?.server?.bots ?? [] });
  const engine = postgres && (await (await import("../fleet/load.ts")).loadEngine(env));
  const context = openContext({
    folder,
    env,
    config,
    probing,
    dispatcher,
    storage,
    bots,
    readLedger,
    postgres,
    engineProblem: engine && "missing" in engine ? engine.missing : null,
    nativeProblem,
  });
  const close = async () => {
    await storage?.close();
    await dispatcher.destroy();
  };
  return { context, redact, close };
}

/** Null where the ledger is a file. */
async function sightOf(draft: ConfigDraft, env: NodeJS.ProcessEnv): Promise<PostgresSight | null> {
  const url = isPostgres(draft.ledger) ? readPostgresUrl(draft.ledger) : null;
  if (url === null || typeof url === "string") return null;
  // Of no use to a ledger in a file, and a machine may allow few open files.
  const { inspectPostgres } = await import("../ledgers/postgres/inspect.ts");
  const late = new Promise<PostgresSight>((resolve) => {
    const text = `${url.place} cannot be reached: it does not answer within ${LOOK_MS / 1000} s; look at the host and the port of the URL, and at the network`;
    const problem = new LedgerError(text, 1);
    setTimeout(resolve, LOOK_MS, { place: url.place, problem, server: null, view: null }).unref();
  });
  return Promise.race([late, inspectPostgres(url, ownIdentity(draft), env)]);
}

function viewIn({ problem, view }: PostgresSight): LedgerView | null {
  if (problem) throw problem;
  return view;
}

interface BotParts {
  readonly dispatcher: Dispatcher;
  readonly redact: (text: string) => string;
  readonly readLedger: () => LedgerView | null;
  readonly platform: readonly PlatformBot[];
}

function botsOf(
  config: Inspection,
  { dispatcher, redact, readLedger, platform }: BotParts,
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
  const given = (draft.bots.length > 0 ? draft.bots : botWithoutChats(config)).map((bot) => ({
    ...bot,
    chats: chatsWith(bot, platform),
  }));
  const named = given.flatMap(({ slug, chats }) => chats.map((chat) => ({ bot: slug, chat })));
  noteRemembered(waits, named, memoriesOf(readLedger), clock);
  return given.map(({ slug, token, chats }) => ({
    bot: waitingBot(openBot({ ...common, slug, token: token.reveal() }), waits),
    chats,
  }));
}

/** None where the ledger cannot be read: a check of its own says why. */
function memoriesOf(readLedger: () => LedgerView | null): readonly LaneMemory[] {
  try {
    return readLedger()?.lanes ?? [];
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
  return draft.ledger === "" ? null : inspectSqlite(draft.ledger, ownIdentity(draft));
}

function ownIdentity(draft: ConfigDraft): Identity | null {
  const { accessKeyId, secretAccessKey } = draft;
  const isKnown = draft.bucket && draft.endpoint && accessKeyId && secretAccessKey && draft.bots.length > 0;
  return isKnown ? identityOf({ ...draft, accessKeyId, secretAccessKey }, false) : null;
}
