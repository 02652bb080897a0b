import type { IncomingMessage, ServerResponse } from "node:http";
import { LIMITS } from "../../domain/limits.ts";
import type { Fault } from "../faults.ts";
import { drawMs } from "../profiles.ts";
import {
  type Answered,
  floodAsBadRequest,
  METHOD_NOT_FOUND,
  NOT_FOUND,
  notPlayed,
  refused,
  TOO_LARGE,
  tooManyRequests,
  UNAUTHORIZED,
} from "./api-error.ts";
import { type CallBody, readBody } from "./body.ts";
import { isTokenForm } from "./bots.ts";
import type { CallRow } from "./call-log.ts";
import type { Fields } from "./fields.ts";
import {
  bareAnswer,
  errorAnswer,
  faultAnswer,
  type HttpAnswer,
  resultAnswer,
  writeAnswer,
  writeEarly,
} from "./http-answer.ts";
import { methodNamed } from "./methods.ts";
import { tapBody } from "./tap.ts";
import { isTelegramMethod } from "./telegram-methods.ts";
import { wait } from "./wait.ts";
import { type BotApiWorld, type MethodCall, sinceStart } from "./world.ts";

/** One HTTP exchange below `/bot<token>/`. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly token: string;
  /** As in the path. */
  readonly method: string;
  readonly query: URLSearchParams;
  /** It was asked of Telegram's test environment, which is this same world here. */
  readonly isTest: boolean;
  /** The connection has served a request before. */
  readonly reused: boolean;
}

/**
 * Serves one call of a method: early faults, the body (read whole first, as on the real server), late faults, the method, the
 * answer. Everything is recorded in the log of calls.
 */
export async function handleCall(exchange: Exchange, world: BotApiWorld): Promise<void> {
  const { request, response, token } = exchange;
  const method = methodNamed(exchange.method)?.name ?? exchange.method;
  const bot = world.bots.byToken(token);
  const startedAt = world.clock.now();
  const row = world.calls.begin(method, bot ? String(bot.id) : null, exchange.isTest);
  const early = world.live.faults.pick({ method, reused: exchange.reused }, sinceStart(world), "early");
  if (early?.closeIdle) return void request.socket.destroy();
  if (Number(request.headers["content-length"] ?? 0) > mostBytes(method, world)) {
    world.calls.answered(row, TOO_LARGE.code, TOO_LARGE.description);
    return writeEarly(request, response, errorAnswer(TOO_LARGE));
  }
  const body = await bodyOf(exchange, early, world);
  if (body.type === "aborted") return;
  world.calls.bodyEnd(row);
  const answer =
    body.type === "fields" ? await outcome(exchange, body.fields, row, startedAt, world) : bodyAnswer(body);
  if (answer === null || world.stop.aborted) return;
  if (writeAnswer(response, answer)) world.calls.answered(row, answer.status, descriptionOf(answer));
}

/** The largest body that a method takes. */
function mostBytes(method: string, { local, live }: BotApiWorld): number {
  const most = local ? Number.POSITIVE_INFINITY : LIMITS.upload.cloudBytes;
  return method === "sendRichMessage" ? Math.min(most, live.rich.max_body ?? most) : most;
}

function bodyOf(
  { request, query }: Exchange,
  fault: Fault | undefined,
  world: BotApiWorld,
): Promise<CallBody> {
  const { upload } = LIMITS;
  return readBody(request, {
    query,
    maxFileBytes: world.local ? upload.localBytes : upload.cloudBytes,
    freshPath: world.contents.freshPath,
    tap: (body) =>
      tapBody(body, { fault, clock: world.clock, stop: world.stop, cut: () => request.socket.destroy() }),
  });
}

function bodyAnswer(body: Exclude<CallBody, { type: "fields" | "aborted" }>): HttpAnswer {
  return body.type === "too_large" ? errorAnswer(TOO_LARGE) : bareAnswer(body.status);
}

/** Returns the answer to a call whose body has been read, and removes files that were not stored. */
async function outcome(
  exchange: Exchange,
  fields: Fields,
  row: CallRow,
  startedAt: number,
  world: BotApiWorld,
): Promise<HttpAnswer | null> {
  row.chat_id = chatIdOf(fields, world);
  const late = pickLate(exchange.method, row.chat_id, world);
  const answer = await withFaults(
    exchange,
    late,
    (lateMs) => runMethod(exchange, { fields, startedAt, lateMs }, world),
    world,
  );
  for (const { blob } of fields.files) await world.contents.drop(blob);
  return answer;
}

/** Runs the method, subject to the late faults of this call. Returns null when the call gets no answer. */
async function withFaults(
  { request }: Exchange,
  fault: Fault | undefined,
  run: (lateMs: number) => Promise<Answered<unknown>>,
  world: BotApiWorld,
): Promise<HttpAnswer | null> {
  if (fault?.latencyMs) await wait(world.clock, fault.latencyMs, world.stop);
  if (fault?.flood) {
    const { as400, retryAfter } = fault.flood;
    return errorAnswer(as400 ? floodAsBadRequest(retryAfter) : tooManyRequests(retryAfter));
  }
  if (fault?.lateMs !== undefined) {
    request.socket.destroy();
    await run(fault.lateMs);
    return null;
  }
  const spoiled = fault?.status ?? fault?.drop ?? fault?.hang;
  if (!spoiled) return answerOf(await run(0));
  if (spoiled.posted) await run(0);
  if (fault?.status) return faultAnswer(fault.status);
  if (fault?.drop) request.socket.destroy();
  return null;
}

function answerOf(answered: Answered<unknown>): HttpAnswer {
  return answered.ok ? resultAnswer(answered.value, answered.description) : errorAnswer(answered.error);
}

async function runMethod(
  { token, method }: Exchange,
  given: Pick<MethodCall, "fields" | "startedAt" | "lateMs">,
  world: BotApiWorld,
): Promise<Answered<unknown>> {
  if (!isTokenForm(token)) return refused(NOT_FOUND);
  const bot = world.bots.byToken(token);
  if (bot === undefined) return refused(UNAUTHORIZED);
  const known = methodNamed(method);
  if (known?.name === "sendRichMessage" && !world.live.rich.supported) return refused(METHOD_NOT_FOUND);
  if (known === undefined) return refused(isTelegramMethod(method) ? notPlayed(method) : METHOD_NOT_FOUND);
  const latency = known.paced ? null : world.profile.callLatencyMs;
  if (latency) await wait(world.clock, drawMs(latency, world.random), world.stop);
  return known.run({ ...given, method: known.name, bot }, world);
}

function pickLate(method: string, chat: string | null, world: BotApiWorld): Fault | undefined {
  const { outage, faults } = world.live;
  const now = sinceStart(world);
  const plan = outage !== null && now < outage.until ? outage.plan : faults;
  return plan.pick({ method, chat: chat ?? undefined }, now, "late");
}

/** Returns the numeric id of a known chat, else the text as it was given. */
function chatIdOf(fields: Fields, world: BotApiWorld): string | null {
  const name = fields.get("chat_id");
  const chat = name === null ? undefined : world.chats.find(name);
  return chat ? String(chat.id) : name;
}

function descriptionOf({ body }: HttpAnswer): string | null {
  if (!body.startsWith('{"ok":false')) return null;
  const parsed: unknown = JSON.parse(body);
  const { description } = parsed as { description?: unknown };
  return typeof description === "string" ? description : null;
}
