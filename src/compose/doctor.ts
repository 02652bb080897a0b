import { type Dispatcher, request } from "undici";
import type { ConfigDraft } from "../config/config.ts";
import { type Inspection, inspect } from "../config/inspect.ts";
import type { Flags } from "../config/layers.ts";
import { thisHost } from "../doctor/host.ts";
import { lookAtLanes } from "../doctor/lanes.ts";
import type { BotWorld, Fetched, R2World, Reached, World } from "../doctor/port.ts";
import { systemClock } from "../domain/clock.ts";
import { redactor, Secret } from "../domain/secret.ts";
import type { Identity, LedgerView } from "../ledgers/port.ts";
import { lookAtSqlite } from "../ledgers/sqlite/look.ts";
import { openR2 } from "../storage/r2.ts";
import { openBot } from "../telegram/client.ts";
import { identityOf } from "./connect.ts";
import { openDispatcher } from "./dispatcher.ts";

export interface Examination {
  readonly world: World;
  /** Takes every secret of this configuration out of a text, also those that lost to others. */
  readonly redact: (text: string) => string;
  close(): Promise<void>;
}

export interface ExaminationOptions {
  readonly flags: Flags;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
  readonly probing: boolean;
}

/** Real milliseconds. Everything has to be over within ten seconds. */
const REACH_MS = 3_000;
const STALL_MS = 3_500;
/** So much of an object is read to see that it comes. */
const FETCH_BYTES = 1_048_576;

/** All that checks look at, made of whatever configuration there is. Connects nothing yet. */
export function openExamination({ flags, env, folder, probing }: ExaminationOptions): Examination {
  const config = inspect(flags, env, folder);
  const redact = redactor(secretsIn(config));
  const dispatcher = openDispatcher(config.draft.proxy, { connectMs: REACH_MS });
  const bots = botsOf(config, dispatcher, redact);
  const r2 = r2Of(config.draft, dispatcher);
  const world: World = {
    ...{ folder, env, config, probing, bots, r2 },
    now: Date.now,
    host: thisHost(),
    lanes: once(() => lookAtLanes(bots)),
    reach: onceEach((url: string) => reach(url, dispatcher)),
    ledger: onceOrThrow(() => ledgerOf(config.draft)),
  };
  const close = async () => {
    await r2?.storage.close();
    await dispatcher.destroy();
  };
  return { world, redact, close };
}

function secretsIn({ draft, worker, values }: Inspection): Secret[] {
  const written = values.filter(({ secret }) => secret).flatMap(({ given }) => given);
  const texts = written
    .filter(({ origin }) => !origin.endsWith("_FILE"))
    .map(({ value }) => new Secret(value.trim()));
  const { accessKeyId, secretAccessKey, bots } = draft;
  const read = [accessKeyId, secretAccessKey, worker.adminToken, ...bots.map(({ token }) => token)];
  return [...texts, ...read.filter((secret) => secret !== undefined && secret !== null)];
}

function botsOf(config: Inspection, dispatcher: Dispatcher, redact: (text: string) => string): BotWorld[] {
  const { draft } = config;
  const common = {
    ...{ dispatcher, redact, clock: systemClock(), apiRoot: draft.apiRoot },
    ...{ stallMs: STALL_MS, answerMs: STALL_MS },
  };
  const wanted = draft.bots.length > 0 ? draft.bots : botWithoutChats(config);
  return wanted.map(({ slug, token, chats }) => {
    const bot = openBot({ ...common, slug, token: token.reveal() });
    return { bot, chats, getMe: once(() => bot.getMe()) };
  });
}

/** A token is worth a look also while there is no chat. */
function botWithoutChats({ values }: Inspection): ConfigDraft["bots"] {
  const given = values.find(({ name }) => name === "TELEGRAM_BOT_TOKEN")?.given[0];
  if (!given || given.origin.endsWith("_FILE")) return [];
  return [{ slug: "default", token: new Secret(given.value.trim()), chats: [] }];
}

function r2Of(draft: ConfigDraft, dispatcher: Dispatcher): R2World | null {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = draft;
  if (!endpoint || !bucket || !accessKeyId || !secretAccessKey) return null;
  const keys = { accessKeyId: accessKeyId.reveal(), secretAccessKey: secretAccessKey.reveal() };
  const storage = openR2({ endpoint, bucket, ...keys, dispatcher, stallMs: STALL_MS });
  const firstPage = once(async () => {
    for await (const page of storage.list("")) return page;
    throw new Error("a listing has a first page");
  });
  return { endpoint, bucket, storage, firstPage, fetch: (url) => fetchPlainly(url, dispatcher) };
}

async function reach(url: string, dispatcher: Dispatcher): Promise<Reached> {
  const started = performance.now();
  try {
    const { statusCode, headers, body } = await request(url, {
      ...{ dispatcher, method: "GET", headersTimeout: REACH_MS },
      signal: AbortSignal.timeout(REACH_MS),
    });
    body.on("error", () => {}).destroy();
    const ms = performance.now() - started;
    const date = Date.parse(String(headers.date));
    // A `Date` has whole seconds; the middle of the call and of that second are compared.
    const skewMs = Number.isNaN(date) ? null : Date.now() - ms / 2 - (date + 500);
    const location = statusCode >= 300 && statusCode < 400 ? String(headers.location ?? "") : null;
    return { ok: true, status: statusCode, skewMs, ms, location };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

async function fetchPlainly(url: string, dispatcher: Dispatcher): Promise<Fetched> {
  try {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.timeout(STALL_MS),
    });
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes >= FETCH_BYTES) break;
    }
    const all = bytes >= FETCH_BYTES ? Number(headers["content-length"] ?? bytes) : bytes;
    return { ok: true, status: statusCode, bytes: all, mime: String(headers["content-type"] ?? "") };
  } catch (error) {
    return { ok: false, code: codeOf(error) };
  }
}

/** A code such as ECONNREFUSED; never a message, which may hold a URL. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return error instanceof Error ? error.name : "no answer";
}

function ledgerOf(draft: ConfigDraft): LedgerView | null {
  const { accessKeyId, secretAccessKey } = draft;
  const isKnown = draft.bucket && draft.endpoint && accessKeyId && secretAccessKey && draft.bots.length > 0;
  const identity: Identity | null = isKnown
    ? identityOf({ ...draft, accessKeyId, secretAccessKey }, false)
    : null;
  return draft.ledger === "" ? null : lookAtSqlite(draft.ledger, identity);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function onceEach<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const value = made.get(name) ?? make(name);
    made.set(name, value);
    return value;
  };
}

/** Keeps what was thrown as well. */
function onceOrThrow<T>(make: () => T): () => T {
  let made: { value: T } | { error: unknown } | undefined;
  return () => {
    if (!made) {
      try {
        made = { value: make() };
      } catch (error) {
        made = { error };
      }
    }
    if ("error" in made) throw made.error;
    return made.value;
  };
}
