import { setImmediate } from "node:timers/promises";
import type { Connections } from "../../compose/connect.ts";
import { type Config, loadConfig } from "../../config/config.ts";
import { readRunOptions } from "../../config/run-options.ts";
import { ByteBudget } from "../../domain/byte-budget.ts";
import { Emitter } from "../../domain/events.ts";
import { failure } from "../../domain/failure.ts";
import { BUFFERED_BYTES } from "../../domain/limits.ts";
import { failed, ok } from "../../domain/result.ts";
import { Secret } from "../../domain/secret.ts";
import { Waits } from "../../lanes/waits.ts";
import type { Ledger } from "../../ledgers/port.ts";
import { openSqliteLedger } from "../../ledgers/sqlite.ts";
import { Run } from "../../runs/run.ts";
import { Session } from "../../runs/session.ts";
import type { Storage } from "../../storage/port.ts";
import { objectOf } from "../harness/fill-ledger.ts";
import { VirtualClock } from "../harness/virtual-clock.ts";
import { VirtualBot, type VirtualTelegram } from "./virtual-bot.ts";

/** A run whose time is that of a virtual clock. */
export interface VirtualWork {
  /** Where its ledger is made; one that is there is gone on with. */
  readonly ledger: string;
  readonly telegram: VirtualTelegram;
  readonly bots: number;
  /** Of each bot. */
  readonly chats: number;
  readonly objects: number;
  /** As in the environment: `PREWARM_PACK`, `MEDIA_PREWARM_CONCURRENCY` and so on. */
  readonly env: Readonly<Record<string, string>>;
  /** Is called after each object, with the moment of the clock in milliseconds since the beginning. */
  readonly ended?: (items: number, ms: number) => void;
}

/** What came of it; `ms` of the virtual clock, from the beginning to the end of the last object. */
export interface VirtualEnd {
  readonly ready: number;
  readonly ms: number;
  readonly calls: number;
  readonly refused: number;
}

/** Warms so many photos by URL with everything on but the network: listing, plan, ledger, lanes and packs are those of a run. */
export async function runVirtually(work: VirtualWork): Promise<VirtualEnd> {
  const clock = new VirtualClock({ now: 0, wall: Date.now() });
  const config = configOf(work);
  const bots = config.bots.map(({ slug, token, chats }) => ({
    bot: new VirtualBot(slug, token.reveal().split(":")[0] ?? "", work.telegram, clock),
    chats,
  }));
  const ledger = await openSqliteLedger({
    path: work.ledger,
    command: "prewarm bench",
    now: () => clock.wall(),
  });
  const calls = new OpenCalls();
  const connections: Connections = {
    clock,
    bots,
    stickers: new Map(),
    storage: storageOf(work.objects),
    waits: new Waits(clock),
    memory: new ByteBudget(config.readAhead),
    wholeBytes: BUFFERED_BYTES,
    close: async () => {},
  };
  const events = new Emitter();
  let [items, ready, ms] = [0, 0, 0];
  events.on("item", ({ status }) => {
    items += 1;
    if (status === "ready") ready += 1;
    ms = clock.now();
    work.ended?.(items, ms);
  });
  const session = new Session({ config, ledger: calls.port(ledger), connections, events, sandbox: false });
  const run = new Run(session, readRunOptions({ transfer: "url" }), "prewarm bench");
  const found = bots.flatMap(({ bot, chats }) =>
    chats.map((id) => ({ bot, chat: { id, type: "channel" as const, title: id } })),
  );
  try {
    await calls.liveThrough(clock, run.warm(found));
  } finally {
    await run.close();
  }
  const sum = (of: "calls" | "refused") => bots.reduce((all, { bot }) => all + bot[of], 0);
  return { ready, ms, calls: sum("calls"), refused: sum("refused") };
}

function configOf({ ledger, bots, chats, env }: VirtualWork): Config {
  const set = {
    R2_ENDPOINT: "https://r2.bench.example",
    R2_BUCKET: "media",
    R2_ACCESS_KEY_ID: "bench-access-key-id",
    R2_SECRET_ACCESS_KEY: "bench-secret-access-key",
    TELEGRAM_BOT_TOKEN: "1000001:bench-bot-token",
    WARMUP_CHAT_ID: "-1",
    PREWARM_LEDGER: `sqlite:${ledger}`,
  };
  const [one, ...none] = loadConfig({}, { ...set, ...env }, null).bots;
  if (!one || none.length > 0) throw new Error("one bot was configured");
  const config = loadConfig({}, { ...set, ...env }, null);
  return {
    ...config,
    bots: Array.from({ length: bots }, (_, nth) => ({
      ...one,
      slug: nth === 0 ? one.slug : `${one.slug}${nth}`,
      token: new Secret(`${1_000_001 + nth}:bench-bot-token`),
      chats: Array.from({ length: chats }, (_, at) => String(-1_001_000_000_001 - nth * chats - at)),
    })),
  };
}

const PAGE = 1_000;

/** A bucket of photos that is listed and asked at once, and never read. The first one has an ETag of nothing but zeros, which names no content. */
function storageOf(objects: number): Storage {
  const infoOf = (key: string) => objectOf(Number(/\d+/.exec(key)?.[0]));
  return {
    async *list() {
      for (let from = 0; from < objects; from += PAGE)
        yield ok(Array.from({ length: Math.min(PAGE, objects - from) }, (_, at) => objectOf(from + at + 1)));
    },
    check: async () => ok(undefined),
    head: async (key) => ok({ ...infoOf(key), mime: "image/jpeg" }),
    open: async (key) => failed(failure("object_missing", `${key} is not read here`)),
    presign: (key) => `https://r2.bench.example/media/${key}`,
    close: async () => {},
  };
}

/** Turns of the event loop without any call under way after which all that is left waits for time to pass. */
const CALM_TURNS = 3;

/** Calls that take real time: the virtual clock stands still while there are any. */
class OpenCalls {
  #open = 0;

  /** A ledger with its calls counted. */
  port(ledger: Ledger): Ledger {
    return new Proxy(ledger, {
      get: (_, name) => {
        const value: unknown = Reflect.get(ledger, name);
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => this.#counted(value.apply(ledger, args));
      },
    });
  }

  /** Goes from timer to timer until the work has ended. */
  async liveThrough(clock: VirtualClock, work: Promise<void>): Promise<void> {
    const state = { isOver: false };
    const end = work.finally(() => {
      state.isOver = true;
    });
    end.catch(() => {});
    for (await this.#calm(); !state.isOver; await this.#calm()) clock.step();
    await end;
  }

  #counted(result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    this.#open += 1;
    return result.finally(() => {
      this.#open -= 1;
    });
  }

  async #calm(): Promise<void> {
    for (let turns = 0; turns < CALM_TURNS; turns = this.#open > 0 ? 0 : turns + 1) await setImmediate();
  }
}
