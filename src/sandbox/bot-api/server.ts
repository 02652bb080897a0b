import { setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { systemClock } from "../../domain/clock.ts";
import { faultPlan } from "../faults.ts";
import { abandon, closeServer, listenOnLoopback } from "../loopback.ts";
import { profileOf, seededRandom } from "../profiles.ts";
import { NOT_FOUND } from "./api-error.ts";
import { type BotIdentity, Bots } from "./bots.ts";
import { type CallRow, ServedCalls } from "./call-log.ts";
import { Chats } from "./chats.ts";
import { ContentStore } from "./content-store.ts";
import { applyControl, type Beginning } from "./control.ts";
import { download } from "./download.ts";
import { FileRegistry } from "./file-registry.ts";
import { Flood } from "./flood.ts";
import { handleCall } from "./handle-call.ts";
import { bareAnswer, errorAnswer, writeAnswer } from "./http-answer.ts";
import { Inbox } from "./inbox.ts";
import { MediaReader } from "./media-facts.ts";
import type { BotApiOptions } from "./options.ts";
import { MessageLog } from "./posted.ts";
import { DOCUMENTED_RICH } from "./rich-options.ts";
import { serveSandbox } from "./sandbox-routes.ts";
import { type TruthRow, truthOf } from "./truth.ts";
import { UrlCache } from "./url-cache.ts";
import { UrlFetcher } from "./url-fetch.ts";
import type { WebhookReply } from "./webhook.ts";
import type { BotApiWorld } from "./world.ts";

/** A running stand-in for api.telegram.org. */
export interface BotApiServer {
  /** `http://127.0.0.1:<port>`, the API root. */
  readonly url: string;
  /** Returns the same as `GET /sandbox/truth`. */
  truth(): TruthRow[];
  /** Returns the same as `GET /sandbox/calls`. */
  calls(): readonly CallRow[];
  /** Does the same as `POST /sandbox/control`. Throws TypeError with the line that the endpoint would return. */
  control(order: unknown): void;
  /** Cuts all connections, stops all timers and removes the files on disk. */
  close(): Promise<void>;
}

const FETCH_TIMEOUT_MS = 10_000;
/** Facts of TD HttpReader and HttpServer. */
const HEADER_BYTES = 256 << 10;
const IDLE_MS = 500_000;

/**
 * Starts a Bot API server on 127.0.0.1 that follows the rules of the real one as far as sending media goes: limits, kinds
 * that change on arrival, ids bound to bot and kind, flood control, error texts. State is in memory; content up to 20 MiB is
 * kept for getFile in bounded memory and disk. Rejects when the port is taken; throws RangeError on impossible options (a
 * malformed token, a member that is not a bot).
 */
export async function startBotApiServer(options: BotApiOptions): Promise<BotApiServer> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const beginning = beginningOf(options);
  const world = createWorld(options, beginning, stop.signal, (bot, reply) => carryOut(url, bot, reply));
  const server = createServer({ maxHeaderSize: HEADER_BYTES, keepAliveTimeout: IDLE_MS, requestTimeout: 0 });
  const used = new WeakSet<Socket>();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const reused = used.has(request.socket);
    used.add(request.socket);
    serve(request, response, reused, world, beginning).catch((error: unknown) =>
      abandon(request, response, error),
    );
  });
  const url = await listenOnLoopback(server, options.port ?? 0);
  return {
    url,
    truth: () => truthOf(world),
    calls: () => world.calls.list(),
    control: (order) => {
      const wrong = applyControl(order, world, beginning);
      if (wrong !== null) throw new TypeError(wrong);
    },
    close: async () => {
      stop.abort();
      await closeServer(server);
      await world.fetcher.close();
      await world.contents.close();
    },
  };
}

function beginningOf({ profile, faults, uploadLatencyMs, seed, rich }: BotApiOptions): Beginning {
  const usual = profileOf(profile ?? "instant").uploadLatencyMs;
  return {
    faults: faults ?? [],
    uploadLatencyMs: uploadLatencyMs === undefined ? usual : uploadLatencyMs,
    seed: seed ?? 1,
    rich: { ...DOCUMENTED_RICH, ...rich },
  };
}

/** What a bot's server answers to an update is a call like any other. */
function carryOut(url: string, { token }: BotIdentity, { method, body, contentType }: WebhookReply): void {
  const headers = { "content-type": contentType };
  fetch(`${url}/bot${token}/${method}`, { method: "POST", headers, body })
    .then((answer) => answer.arrayBuffer())
    // Nobody hears how it went, and the server may be closing.
    .catch(() => {});
}

type Reply = (bot: BotIdentity, reply: WebhookReply) => void;

function createWorld(
  options: BotApiOptions,
  beginning: Beginning,
  stop: AbortSignal,
  reply: Reply,
): BotApiWorld {
  const clock = options.clock ?? systemClock(options.timeScale ?? 1);
  const startedAt = clock.now();
  const random = options.random ?? seededRandom(beginning.seed);
  const profile = profileOf(options.profile ?? "instant");
  const local = options.local ?? false;
  const bots = new Bots(options.bots);
  const contents = new ContentStore();
  const inbox = (bot: BotIdentity) => new Inbox({ clock, stop, reply: (given) => reply(bot, given) });
  const inboxes = new Map(bots.list.map((bot) => [bot.id, inbox(bot)]));
  return {
    clock,
    startedAt,
    random,
    profile,
    local,
    bots,
    chats: new Chats(options.chats, bots),
    files: new FileRegistry(beginning.seed),
    contents,
    media: new MediaReader(),
    posted: new MessageLog(),
    calls: new ServedCalls(clock, startedAt),
    flood: new Flood({ profile, local, clock, random, stop }),
    fetcher: new UrlFetcher(options.fetchTimeoutMs ?? FETCH_TIMEOUT_MS, contents.freshPath),
    urls: new UrlCache(clock),
    inboxOf: (bot) => inboxes.get(bot.id) ?? inbox(bot),
    sha256OfKey: options.sha256OfKey ?? null,
    stop,
    live: {
      faults: faultPlan(beginning.faults, "bot-api", beginning.seed),
      uploadLatencyMs: beginning.uploadLatencyMs,
      rich: beginning.rich,
      people: new AbortController(),
      outage: null,
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  reused: boolean,
  world: BotApiWorld,
  beginning: Beginning,
): Promise<void> {
  response.on("error", () => response.destroy());
  if (request.method !== "GET" && request.method !== "POST") {
    request.resume();
    return void writeAnswer(response, bareAnswer(501));
  }
  const url = new URL(request.url ?? "/", "http://sandbox");
  if (url.pathname.startsWith("/sandbox/")) {
    return serveSandbox(request, response, url.pathname, world, beginning);
  }
  const file = /^\/file\/bot([^/]+)\/(?:test\/)?(.+)$/.exec(url.pathname);
  if (file) return download(response, file[1] ?? "", file[2] ?? "", world);
  const call = /^\/bot([^/]+)(\/test)?\/([^/]+)\/?$/.exec(url.pathname);
  if (call) {
    const [, token = "", test, method = ""] = call;
    return handleCall(
      {
        request,
        response,
        token: decode(token),
        method,
        query: url.searchParams,
        reused,
        isTest: test !== undefined,
      },
      world,
    );
  }
  request.resume();
  writeAnswer(response, errorAnswer(NOT_FOUND));
}

/** Some clients escape the colon of the token. */
function decode(token: string): string {
  return token.replace(/%3a/i, ":");
}
