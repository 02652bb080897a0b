import { onAbort } from "../../domain/abort.ts";
import type { Clock } from "../../domain/clock.ts";
import { type Answered, answered, conflict, refused } from "./api-error.ts";
import { wait } from "./wait.ts";
import { isLoopback, type Webhook, WebhookDelivery, type WebhookReply } from "./webhook.ts";

/** An update that waits for a bot: its number, and one member named after its type. */
export interface Update {
  readonly update_id: number;
  readonly [type: string]: unknown;
}

/** What a getUpdates asks for. */
export interface PollOptions {
  /** Negative: counted from the end. */
  readonly offset: number;
  readonly limit: number;
  readonly seconds: number;
}

type PollEnd = "time" | "update" | "getUpdates" | "setWebhook";

const OTHER_POLL = "terminated by other getUpdates request; make sure that only one bot instance is running";
const WEBHOOK_ACTIVE =
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
/** A poll that repeats its offset within this time waits as long as this (BAS process_get_updates_query). */
const REPEAT_MS = 3_000;
/** A second conflict within this time is answered so much later (BAS fail_query_conflict). */
const CONFLICT_MS = 3_000;

export interface InboxOptions {
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** A bot's server answered to an update with a call. */
  readonly reply: (reply: WebhookReply) => void;
}

/** What went wrong last at a webhook. */
interface WebhookError {
  /** Unix seconds. */
  readonly at: number;
  readonly text: string;
}

/**
 * The updates that wait for one bot, and who gets them: the one poll that waits, or a webhook on this machine; for a webhook elsewhere
 * they stay here. Rules and texts: BAS Client.cpp process_get_updates_query, do_get_updates, abort_long_poll.
 */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  #updates: Update[] = [];
  #lastId = 0;
  #allowed: readonly string[] = [];
  #webhook: Webhook | null = null;
  #delivery: WebhookDelivery | null = null;
  #webhookError: WebhookError | null = null;
  #end: ((end: PollEnd) => void) | null = null;
  #previous = { offset: Number.NaN, at: 0 };
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#stop = options.stop;
  }

  /** Where updates are to go; null without a webhook. */
  get webhook(): Webhook | null {
    return this.#webhook;
  }

  /** What went wrong last there. */
  get webhookError(): WebhookError | null {
    return this.#webhookError;
  }

  /** The types that the bot wants; none for all. */
  get allowed(): readonly string[] {
    return this.#allowed;
  }

  /** How many updates wait. */
  get pending(): number {
    return this.#updates.length;
  }

  /** Puts an update in, unless the bot said that it does not want this type. */
  push(type: string, content: unknown): void {
    if (this.#allowed.length > 0 && !this.#allowed.includes(type)) return;
    this.#lastId += 1;
    this.#updates.push({ update_id: this.#lastId, [type]: content });
    this.#end?.("update");
    this.#delivery?.offer();
  }

  /** Sets the types of updates that the bot wants from now on; none for all. */
  allow(types: readonly string[]): void {
    this.#allowed = types;
  }

  /** Answers a getUpdates: at once where updates wait, else when one comes, after its time, or with 409 when it is ended. */
  async poll({ offset, limit, seconds }: PollOptions): Promise<Answered<readonly Update[]>> {
    if (this.#webhook !== null) return this.#conflict(WEBHOOK_ACTIVE);
    const now = this.#clock.now();
    const repeated = offset === this.#previous.offset && now < this.#previous.at + REPEAT_MS;
    this.#previous = { offset, at: now };
    this.#forgetBefore(offset);
    const ms = Math.max(seconds * 1_000, repeated ? REPEAT_MS : 0);
    const end = this.#updates.length > 0 || ms === 0 ? "update" : await this.#wait(ms);
    if (end === "getUpdates") return this.#conflict(OTHER_POLL);
    if (end === "setWebhook") return this.#conflict("terminated by setWebhook request");
    return answered(this.#updates.slice(0, limit));
  }

  /** Sends updates to a webhook from now on, or without one to polls again. */
  setWebhook(hook: Webhook | null, drop: boolean): void {
    if (drop) this.#updates = [];
    this.#delivery?.stop();
    this.#webhook = hook;
    this.#webhookError = null;
    if (hook !== null) this.#end?.("setWebhook");
    this.#delivery = hook !== null && isLoopback(hook.url) ? this.#deliveryTo(hook) : null;
  }

  /** Forgets updates, types and webhook; a poll that waits goes on, and numbers continue. */
  clear(): void {
    this.#allowed = [];
    this.setWebhook(null, true);
  }

  #deliveryTo(hook: Webhook): WebhookDelivery {
    const options = {
      clock: this.#clock,
      waiting: () => this.#updates,
      taken: (update: Update) => {
        this.#updates = this.#updates.filter((each) => each !== update);
      },
      refused: (text: string) => {
        this.#webhookError = { at: Math.floor(this.#clock.wall() / 1_000), text };
      },
      reply: this.#options.reply,
    };
    return new WebhookDelivery(hook, options, this.#stop);
  }

  #forgetBefore(offset: number): void {
    const from = offset < 0 ? this.#lastId + 1 + offset : offset;
    this.#updates = this.#updates.filter(({ update_id }) => update_id >= from);
  }

  async #wait(ms: number): Promise<PollEnd> {
    this.#end?.("getUpdates");
    const over = new AbortController();
    let end: PollEnd = "time";
    const mine = (how: PollEnd) => {
      end = how;
      this.#end = null;
      over.abort();
    };
    this.#end = mine;
    const forget = onAbort(this.#stop, () => over.abort());
    await wait(this.#clock, ms, over.signal);
    forget();
    if (this.#end === mine) this.#end = null;
    return end;
  }

  async #conflict(text: string): Promise<Answered<never>> {
    const now = this.#clock.now();
    if (now < this.#quietUntil) await wait(this.#clock, CONFLICT_MS, this.#stop);
    else this.#quietUntil = now + CONFLICT_MS;
    return refused(conflict(text));
  }
}
