import { Api, TelegramApiError } from "node-telegram-bot-api";
import type { Dispatcher } from "undici";
import type { Clock } from "../domain/clock.ts";
import { carriedFailure, type Failure, failure } from "../domain/failure.ts";
import { failed, ok, type Result } from "../domain/result.ts";
import { classifyRefusal, classifyWire, type Refusal } from "./classify.ts";
import type { CallTimes } from "./port.ts";
import { newWire, type Wire, wireFetch } from "./wire.ts";

export interface CallerOptions {
  /** Shown to nobody: it is part of every URL, so every text of the server's passes `redact`. */
  readonly token: string;
  readonly apiRoot: string;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
  /** Real milliseconds; see WireOptions. */
  readonly stallMs: number;
  readonly answerMs: number;
}

interface CallOptions {
  /** Whole length of a streamed body. */
  readonly bodyBytes?: number | undefined;
  readonly answerMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Calls without effect need no patience: real milliseconds. */
const READ_ANSWER_MS = 15_000;

/** Makes calls through node-telegram-bot-api with its own retries off, and turns every end into a value. */
export class Caller {
  readonly place: string;
  readonly #options: CallerOptions;

  constructor(options: CallerOptions) {
    this.#options = options;
    this.place = new URL(options.apiRoot).host;
  }

  /** One call. A failure is classified by the answer, or without one by what happened on the socket. */
  async call<T>(
    run: (api: Api) => Promise<T>,
    more: CallOptions = {},
  ): Promise<{ result: Result<T>; times: CallTimes }> {
    const { token, apiRoot, dispatcher, clock, stallMs, redact } = this.#options;
    const wire = newWire();
    const started = clock.now();
    const answerMs = more.answerMs ?? this.#options.answerMs;
    const fetch = wireFetch(wire, {
      dispatcher,
      now: clock.now,
      stallMs,
      answerMs,
      bodyBytes: more.bodyBytes,
    });
    // An Api for each call: the library has one fetch an Api, and each call has a wire of its own.
    const api = new Api(token, { apiRoot, fetch, maxRetries: 0, timeoutMs: 0 });
    const result = await run(api).then(ok, (error: unknown) => {
      const cause = explain(error, wire, this.place, more.signal);
      return failed<T>({ ...cause, message: redact(cause.message).replace(/\s+/g, " ") });
    });
    return { result, times: { started, bodyEnd: wire.bodyEnd, ended: clock.now() } };
  }

  /** Times of a call that was not made after all. */
  noTimes(): CallTimes {
    const now = this.#options.clock.now();
    return { started: now, bodyEnd: null, ended: now };
  }

  /** A call that changes nothing: never in doubt. */
  async read<T>(run: (api: Api) => Promise<T>): Promise<Result<T>> {
    const { result } = await this.call(run, { answerMs: READ_ANSWER_MS });
    return result.ok ? result : failed(withoutDoubt(result.failure, this.place));
  }
}

function explain(error: unknown, wire: Wire, place: string, signal: AbortSignal | undefined): Failure {
  const refusal = error instanceof TelegramApiError ? refusalOf(error, wire) : null;
  if (refusal) return classifyRefusal(refusal);
  const carried = carriedFailure(wire.sourceError);
  if (carried && wire.bodyEnd === null) return carried;
  if (signal?.aborted && wire.bodyEnd === null)
    return failure("stopped", "stopped before the upload was complete");
  return classifyWire(wire, signal?.aborted ? "stopped here" : causeOf(error), place);
}

/** Null for JSON of something else than the Bot API, and for a 5xx while the body was still going out. */
function refusalOf(error: TelegramApiError, wire: Wire): Refusal | null {
  const status = wire.status ?? 0;
  // A proxy's 5xx rules over the code in the body: whether it was posted is not known.
  const told = typeof error.errorCode === "number" ? error.errorCode : status;
  const code = status >= 500 ? status : told;
  if (!saysNo(wire.text) || (code >= 500 && wire.bodyEnd === null)) return null;
  return {
    code,
    description: String(error.description ?? ""),
    retryAfter: error.retryAfter,
    retryAfterHeader: wire.retryAfter ?? undefined,
    migrateTo: error.migrateToChatId === undefined ? undefined : String(error.migrateToChatId),
  };
}

/** Only `ok: false` is the Bot API's no; the library takes any JSON without `ok: true` for one. */
function saysNo(text: string | null): boolean {
  return (JSON.parse(text ?? "null") as { ok?: unknown } | null)?.ok === false;
}

/** A code such as ECONNREFUSED or UND_ERR_SOCKET; never a message, which may hold the URL. */
function causeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && cause.code !== "EFETCH") return cause.code;
  }
  return "no answer";
}

/** Without an answer that can be read, nothing that speaks the Bot API is there. */
function withoutDoubt(cause: Failure, place: string): Failure {
  if (cause.reason === "bad_answer") return failure("api_root_wrong", `${place} does not speak the Bot API`);
  return cause.class === "in_doubt"
    ? failure("telegram_busy", cause.message, cause.code ? { code: cause.code } : {})
    : cause;
}
