import pLimit from "p-limit";
import { Agent } from "undici";
import { onAbort } from "../../domain/abort.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Update } from "./inbox.ts";
import { wait } from "./wait.ts";

/** Where updates of a bot are posted, and how. */
export interface Webhook {
  readonly url: string;
  /** Sent as `X-Telegram-Bot-Api-Secret-Token`; empty for none. */
  readonly secret: string;
  /** How many posts may be under way at the same time. */
  readonly connections: number;
}

/** What a bot's server answered to an update. */
export interface WebhookReply {
  readonly method: string;
  readonly body: string;
  readonly contentType: string;
}

export interface WebhookOptions {
  readonly clock: Clock;
  /** The updates that wait, the oldest first. */
  readonly waiting: () => readonly Update[];
  /** One was taken. */
  readonly taken: (update: Update) => void;
  /** One was not: why, in the words of getWebhookInfo. */
  readonly refused: (why: string) => void;
  /** The bot's server answered with a call. */
  readonly reply: (reply: WebhookReply) => void;
}

/** Real milliseconds in which an answer has to begin (BAS WebhookActor.cpp create_connection). */
const ANSWER_MS = 60_000;
/** Seconds between tries (BAS WEBHOOK_MAX_RESEND_TIMEOUT), and the longest wait that a server can ask for. */
const LONGEST_PAUSE_S = 60;
const LONGEST_RETRY_AFTER_S = 3_600;

/** True for an address of this machine: the sandbox posts to no other. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * Posts the updates of a bot to its webhook until it is stopped. Those of one chat go one after another, those of several side by
 * side; one that is not taken (no 2xx) goes again: at once, then after 2, 4, 8 to 60 seconds, or when `Retry-After` says. Redirects are
 * not followed (BAS WebhookActor.cpp).
 */
export class WebhookDelivery {
  readonly #hook: Webhook;
  readonly #options: WebhookOptions;
  readonly #stop = new AbortController();
  readonly #agent = new Agent({ headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS });
  /** Chats that have an update under way, or one that is to go again. */
  readonly #busy = new Set<unknown>();
  readonly #connection;

  constructor(hook: Webhook, options: WebhookOptions, stop: AbortSignal) {
    this.#hook = hook;
    this.#options = options;
    this.#connection = pLimit(hook.connections);
    onAbort(stop, () => this.stop());
    this.offer();
  }

  /** Posts what may go now. */
  offer(): void {
    for (const update of this.#stop.signal.aborted ? [] : this.#options.waiting()) {
      const chat = chatOf(update);
      if (this.#busy.has(chat)) continue;
      this.#busy.add(chat);
      void this.#bring(update).then(() => {
        this.#busy.delete(chat);
        this.offer();
      });
    }
  }

  /** Posts nothing any more, and lets go of what is under way. */
  stop(): void {
    this.#stop.abort();
    void this.#agent.destroy();
  }

  async #bring(update: Update): Promise<void> {
    const { signal } = this.#stop;
    for (let pause = 1, first = true; !signal.aborted; first = false) {
      const tried = await this.#connection(() => this.#post(update));
      if (signal.aborted) return;
      if (tried === null) return this.#options.taken(update);
      this.#options.refused(tried.why);
      if (tried.retryAfter === 0 && !first) pause = Math.min(LONGEST_PAUSE_S, pause * 2);
      const seconds = tried.retryAfter || (first ? 0 : pause);
      await wait(this.#options.clock, seconds * 1_000, signal);
    }
  }

  /** Null when it was taken. */
  async #post(update: Update): Promise<{ readonly why: string; readonly retryAfter: number } | null> {
    const { origin, pathname, search } = new URL(this.#hook.url);
    const secret = this.#hook.secret === "" ? {} : { "x-telegram-bot-api-secret-token": this.#hook.secret };
    try {
      const { statusCode, statusText, headers, body } = await this.#agent.request({
        origin,
        path: pathname + search,
        method: "POST",
        headers: { "content-type": "application/json", ...secret },
        body: JSON.stringify(update),
      });
      const text = await body.text();
      if (statusCode < 200 || statusCode > 299) {
        const retryAfter = Math.min(
          LONGEST_RETRY_AFTER_S,
          Number.parseInt(String(headers["retry-after"]), 10) || 0,
        );
        return { why: `Wrong response from the webhook: ${statusCode} ${statusText}`, retryAfter };
      }
      this.#readReply(text, String(headers["content-type"] ?? ""));
      return null;
    } catch (error) {
      return { why: whyNot(error), retryAfter: 0 };
    }
  }

  /** A bot may answer with a call, but with none that reads or changes the webhook. */
  #readReply(body: string, contentType: string): void {
    const method = methodIn(body, contentType);
    if (method === null || /^(get.*|setWebhook|deleteWebhook|close|logOut)$/i.test(method)) return;
    this.#options.reply({ method, body, contentType });
  }
}

function methodIn(body: string, contentType: string): string | null {
  try {
    const given: unknown = contentType.includes("json")
      ? (JSON.parse(body) as { method?: unknown } | null)?.method
      : new URLSearchParams(body).get("method");
    return typeof given === "string" && /^\w+$/.test(given) ? given : null;
  } catch {
    return null;
  }
}

function whyNot(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  if (code === "ECONNREFUSED") return "Connection refused";
  return /TIMEOUT/.test(String(code)) ? "Read timeout expired" : "Webhook connection closed";
}

/** Which updates go one after another: those of a chat, else those of a person. */
function chatOf(update: Update): unknown {
  for (const member of Object.values(update)) {
    const { chat, from } = (member ?? {}) as { chat?: { id?: unknown }; from?: { id?: unknown } };
    if (chat?.id !== undefined) return chat.id;
    if (from?.id !== undefined) return from.id;
  }
  return update.update_id;
}
