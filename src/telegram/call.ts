import { Api, TelegramApiError } from "node-telegram-bot-api";
import type { Dispatcher } from "undici";
import type { Clock } from "../domain/clock.ts";
import { errorCode } from "../domain/error-code.ts";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { proxyTrouble } from "../domain/proxy.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { type Asked, type BotApiRefusal, classifyRefusal, classifyWire } from "./classify.ts";
import type { FormFile } from "./form.ts";
import type { CallAnswer, CallTimes } from "./port.ts";
import type { PostedMedia } from "./unfitting.ts";
import { newWire, type Wire, wireFetch } from "./wire.ts";

/** Server, token and patience of a {@link Caller}. */
export interface CallerOptions {
  /** Telegram's test environment: `/bot<token>/test/METHOD` (tdlib/telegram-bot-api, Client; teloxide#1039). */
  readonly test?: boolean | undefined;
  /** Secret, and part of every URL, so every text from the server or the library goes through `redact`. */
  readonly token: string;
  readonly apiRoot: string;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
  /** Real milliseconds; see WireOptions. */
  readonly stallMs: number;
  readonly answerMs: number;
}

interface CallOptions {
  /** Whole length of a streamed body. */
  readonly bodyBytes?: number | undefined;
  /** Files in memory, which go with the parameters. */
  readonly files?: readonly FormFile[] | undefined;
  readonly answerMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly posted?: PostedMedia | undefined;
  /** A message that is there already is asked for. */
  readonly aboutMessage?: boolean;
}

/** Calls that change nothing need little patience. Real milliseconds. */
const READ_ANSWER_MS = 15_000;

/**
 * Makes calls through node-telegram-bot-api, with its own retries off, and turns every outcome into a value. Each call gets
 * an `Api` of its own: the library takes one `fetch` per `Api`, and ours notes what happens on the socket of one call.
 */
export class Caller {
  readonly host: string;
  /** What the API root has after the host; empty for none. */
  readonly #path: string;
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
    const { host, pathname } = new URL(options.apiRoot);
    this.host = host;
    this.#path = pathname.replace(/\/+$/, "");
  }

  /** Makes one call. A failure is classified by the answer, or without one by what happened on the socket. */
  async call<T>(
    run: (api: Api) => Promise<T>,
    more: CallOptions = {},
  ): Promise<{ result: Result<T>; times: CallTimes }> {
    const { token, test, apiRoot, dispatcher, clock, stallMs, redact } = this.#options;
    const wire = newWire();
    const started = clock.now();
    const answerMs = more.answerMs ?? this.#options.answerMs;
    const fetch = wireFetch(wire, {
      dispatcher,
      now: clock.now,
      stallMs,
      answerMs,
      bodyBytes: more.bodyBytes,
      files: more.files,
    });
    // An Api for each call: the library has one fetch an Api, and each call has a wire of its own.
    // The library puts nothing between token and method, so the token brings what stands there.
    const api = new Api(test ? `${token}/test` : token, { apiRoot, fetch, maxRetries: 0, timeoutMs: 0 });
    const result = await run(api).then(ok, (error: unknown) => {
      const cause = explain(
        error,
        wire,
        {
          host: this.host,
          path: this.#path,
          bytes: wire.bytes,
          posted: more.posted,
          aboutMessage: more.aboutMessage,
        },
        more.signal,
      );
      return failed<T>({ ...cause, message: redact(cause.message).replace(/[\s\p{Cc}]+/gu, " ") });
    });
    return { result, times: { started, bodyEnd: wire.bodyEnd, ended: clock.now() } };
  }

  /** Returns times for a call that was not made. */
  noTimes(): CallTimes {
    const now = this.#options.clock.now();
    return { started: now, bodyEnd: null, ended: now };
  }

  /** Makes a call that changes nothing, or nothing more when it is made again, and so is never in doubt. */
  async read<T>(run: (api: Api) => Promise<T>, more: CallOptions = {}): Promise<CallAnswer<T>> {
    const { result, times } = await this.call(run, { answerMs: READ_ANSWER_MS, ...more });
    return { ...(result.ok ? result : failed<T>(withoutDoubt(result.failure, this.host))), times };
  }

  /** Makes the same kind of call, and reads its answer by `as`, which returns null for what the Bot API never answers there. */
  async readAs<T>(run: (api: Api) => Promise<unknown>, as: (value: unknown) => T | null): Promise<Result<T>> {
    const answer = await this.read(run);
    if (!answer.ok) return answer;
    const value = as(answer.value);
    if (value !== null) return ok(value);
    return failed(
      failure("api_root_wrong", `${this.host} said ok, but its answer is not one of the Bot API`),
    );
  }

  /** Makes a call about a message that is there already; a lost answer leaves it in doubt. */
  async ask<T>(run: (api: Api) => Promise<T>): Promise<CallAnswer<T>> {
    const { result, times } = await this.call(run, { answerMs: READ_ANSWER_MS, aboutMessage: true });
    return { ...result, times };
  }
}

function explain(error: unknown, wire: Wire, asked: Asked, signal: AbortSignal | undefined): Failure {
  const refusal = error instanceof TelegramApiError ? refusalOf(error, wire) : null;
  if (refusal) return classifyRefusal(refusal, asked);
  const carried = carriedFailure(wire.sourceError);
  if (carried && wire.bodyEnd === null) return carried;
  if (signal?.aborted && wire.bodyEnd === null)
    return failure("stopped", "stopped before the upload was complete");
  return classifyWire(wire, signal?.aborted ? "stopped here" : causeOf(error), asked);
}

/** Returns null for JSON that is not from the Bot API, and for a 5xx that came before the body was sent whole. */
function refusalOf(error: TelegramApiError, wire: Wire): BotApiRefusal | null {
  const status = wire.status ?? 0;
  // A 5xx of a proxy takes precedence over the code in the body: whether it was posted is not known.
  const told = typeof error.errorCode === "number" ? error.errorCode : status;
  const code = status >= 500 ? status : told;
  if (!isRefusal(wire.text) || (code >= 500 && wire.bodyEnd === null)) return null;
  return {
    code,
    description: textOf(error.description),
    retryAfter: error.retryAfter,
    retryAfterHeader: wire.retryAfter ?? undefined,
    migrateTo: supergroupId(error.migrateToChatId),
  };
}

/** A description is text (core.telegram.org/bots/api#making-requests); anything else is shown as it was sent. */
function textOf(description: unknown): string {
  if (typeof description === "string") return description;
  return description === undefined || description === null ? "" : JSON.stringify(description);
}

/** Nothing but the id of a supergroup is one: those are negative whole numbers (core.telegram.org/bots/api#chat). */
function supergroupId(told: unknown): string | undefined {
  const isWritten = typeof told === "number" || typeof told === "string";
  return isWritten && /^-[1-9]\d{0,15}$/.test(String(told)) ? String(told) : undefined;
}

/** True for `ok: false`, the Bot API's refusal; the library treats any JSON without `ok: true` as one. */
function isRefusal(text: string | null): boolean {
  return (JSON.parse(text ?? "null") as { ok?: unknown } | null)?.ok === false;
}

/** Returns what a proxy did, else the code of the socket's error. EFETCH is only the library's wrapper around it. */
function causeOf(error: unknown): string {
  const trouble = proxyTrouble(error);
  if (trouble !== null) return trouble;
  const code = errorCode(error);
  return code === null || code === "EFETCH" ? "no answer" : code;
}

/**
 * Turns a failure in doubt into one that is not: nothing was changed. An answer that is not JSON means that it is not a
 * Bot API server.
 */
function withoutDoubt(cause: Failure, host: string): Failure {
  if (cause.reason === "bad_answer") return failure("api_root_wrong", `${host} does not speak the Bot API`);
  return cause.class === "in_doubt"
    ? failure("telegram_busy", cause.message, cause.code ? { code: cause.code } : {})
    : cause;
}
