import type { Clock } from "../../domain/clock.ts";
import type { Emitter, Pass } from "../../domain/events.ts";
import { nextStep } from "../../domain/failure.ts";
import type { ItemResult } from "../../domain/outcome.ts";
import type { HistoryView, LastFailure, LastPass, Minute } from "../worker-view.ts";
import { Minutes } from "./minutes.ts";

const FAILURES = 20;
const PASSES = 10;
/** Keys and messages come from elsewhere: what is longer is cut. R2 keys have at most 1,024 bytes. */
const LONGEST_TEXT = 300;
/** Items under way whose chat is remembered; far more than can be under way. */
const CHATS = 10_000;

/** Remembers the last hour, the last failures and the last passes, from the events of the engine. */
export class History implements HistoryView {
  readonly #clock: Clock;
  readonly #minutes: Minutes;
  readonly #failures: LastFailure[] = [];
  readonly #passes: LastPass[] = [];
  readonly #reading = new Set<string>();
  /** The chat that an item under way was last given to, by bot and key. */
  readonly #chats = new Map<string, string>();

  /** Listens to `events` from now on; `depth` is asked for the tasks that wait. */
  constructor(events: Emitter, clock: Clock, depth: () => number) {
    this.#clock = clock;
    this.#minutes = new Minutes(clock, depth);
    events
      .on("queued", (queued) => this.#minutes.waits(queued.depth))
      .on("attempt", ({ bot, key, chat }) => this.#givenTo(nameOf(bot, key), chat))
      .on("item", (item) => this.#end(item))
      .on("pass", (pass) => this.#pass(pass));
  }

  minutes(): readonly Minute[] {
    return this.#minutes.all();
  }

  failures(): readonly LastFailure[] {
    return this.#failures;
  }

  passes(): readonly LastPass[] {
    return this.#passes;
  }

  reading(): readonly string[] {
    return [...this.#reading];
  }

  #givenTo(name: string, chat: string): void {
    if (this.#chats.size < CHATS || this.#chats.has(name)) this.#chats.set(name, chat);
  }

  #end(item: ItemResult): void {
    const name = nameOf(item.bot, item.key);
    const chat = item.chatId ?? this.#chats.get(name) ?? null;
    this.#chats.delete(name);
    if (item.left || item.status === "skipped") return;
    this.#minutes.add(item);
    this.#remember(item, chat);
  }

  #remember({ status, error, bot, key, where }: ItemResult, chat: string | null): void {
    if ((status !== "failed" && status !== "unknown") || error === null) return;
    const { reason, message } = error;
    this.#failures.unshift({
      at: this.#clock.wall(),
      status,
      bot,
      key: cut(key ?? where ?? ""),
      again: key,
      chat,
      reason,
      message: cut(message),
      next: nextStep(reason, "page"),
    });
    this.#failures.length = Math.min(this.#failures.length, FAILURES);
  }

  #pass(pass: Pass): void {
    if (!pass.ended) {
      this.#reading.add(pass.source);
      return;
    }
    this.#reading.delete(pass.source);
    this.#passes.unshift({ ...pass, at: this.#clock.wall() });
    this.#passes.length = Math.min(this.#passes.length, PASSES);
  }
}

function nameOf(bot: string | null, key: string | null): string {
  return JSON.stringify([bot, key]);
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 3)}...`;
}
