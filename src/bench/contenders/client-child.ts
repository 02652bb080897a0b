import { loadConfig } from "../../config/config.ts";
import { type Cost, costOf } from "../harness/cost.ts";
import { temporaryFolder } from "../harness/folder.ts";
import { serve } from "../harness/serve.ts";
import { type Block, type Client, type ClientWay, openClient, type Worked } from "./client-ways.ts";

interface ClientSettings {
  readonly way: ClientWay;
  /** Of the servers. */
  readonly env: Readonly<Record<string, string>>;
  readonly concurrency: number;
}

/** What the process of a client can be asked. */
export interface ClientHandlers extends Record<string, (input: never) => unknown> {
  open(settings: ClientSettings): Promise<void>;
  /** Does a block of objects and tells what all of it cost. */
  work(block: Block): Promise<Cost & { readonly value: Worked }>;
  /** Most memory that this process ever had, in MB. */
  peakMb(): number;
}

/** No lane holds anything up. */
const UNLIMITED = { PREWARM_PACE: "60000000/min", PREWARM_BOT_PACE: "none" } as const;

function handlersOf(): { handlers: ClientHandlers; end: () => Promise<void> } {
  const folder = temporaryFolder();
  let client: Client | null = null;
  const handlers: ClientHandlers = {
    open: async ({ way, env, concurrency }) => {
      const own = {
        PREWARM_LEDGER: `sqlite:${folder.path}/bench.db`,
        MEDIA_PREWARM_CONCURRENCY: String(concurrency),
      };
      client = await openClient(way, loadConfig({}, { ...env, ...UNLIMITED, ...own }, null));
    },
    work: (block) => {
      const open = client;
      if (open === null) throw new Error("the client was not opened");
      return costOf(() => open.work(block));
    },
    peakMb: () => process.resourceUsage().maxRSS / 1024,
  };
  const end = async () => {
    await client?.close();
    folder.remove();
  };
  return { handlers, end };
}

if (process.send) {
  const { handlers, end } = handlersOf();
  serve(handlers, end);
}
