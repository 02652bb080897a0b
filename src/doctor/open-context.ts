import type { Dispatcher } from "undici";
import type { Inspection } from "../config/inspect.ts";
import { once, onceEach, onceSync } from "../domain/memo.ts";
import type { PostgresSight } from "../ledgers/postgres-sight.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { Storage } from "../storage/port.ts";
import type { Bot } from "../telegram/port.ts";
import type { CheckContext, CheckedBot, CheckedBucket, Host } from "./context.ts";
import { thisHost } from "./host.ts";
import { fetchPlainly, reach } from "./http.ts";
import { inspectLanes } from "./lanes.ts";

/** What a configuration was found to be, and the parts that could be made of it. */
export interface ContextOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly config: Inspection;
  readonly probing: boolean;
  readonly dispatcher: Dispatcher;
  /** Null while the configuration does not say where the bucket is. */
  readonly storage: Storage | null;
  readonly bots: readonly { readonly bot: Bot; readonly chats: readonly string[] }[];
  /** Null where there is no ledger yet. Throws LedgerError. */
  readonly readLedger: () => LedgerView | null;
  readonly postgres: PostgresSight | null;
  readonly engineProblem: string | null;
  readonly nativeProblem: Host["nativeProblem"];
}

/** All that checks look at, on this machine. Connects nothing yet; whatever several checks ask for is asked once. */
export function openContext(options: ContextOptions): CheckContext {
  const { folder, env, config, probing, dispatcher } = options;
  const bots = options.bots.map(({ bot, chats }): CheckedBot => {
    return { bot, chats, getMe: once(() => bot.getMe()) };
  });
  return {
    now: Date.now,
    host: thisHost(options.nativeProblem),
    folder,
    env,
    config,
    probing,
    r2: bucketOf(options),
    bots,
    lanes: once(() => inspectLanes(bots)),
    reach: onceEach((url) => reach(url, dispatcher)),
    ledger: onceSync(options.readLedger),
    postgres: options.postgres,
    engineProblem: options.engineProblem,
  };
}

function bucketOf({ config, storage, dispatcher }: ContextOptions): CheckedBucket | null {
  if (!storage) return null;
  const { endpoint, bucket } = config.draft;
  const firstPage = once(async () => {
    for await (const page of storage.list("")) return page;
    throw new Error("a listing has a first page");
  });
  return { endpoint, bucket, storage, firstPage, fetch: (url) => fetchPlainly(url, dispatcher) };
}
