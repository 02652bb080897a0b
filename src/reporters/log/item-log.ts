import type { Adviser } from "../../domain/advice.ts";
import type { Clock } from "../../domain/clock.ts";
import type { Emitter } from "../../domain/events.ts";
import type { ItemResult, ItemStatus } from "../../domain/outcome.ts";
import { isTried, itemLine, PREFIX } from "./item-lines.ts";
import type { Log } from "./log-line.ts";

type Counts = Record<ItemStatus, number> & { retries: number };

interface ItemLogOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Whose words the way out of a failure is in. */
  readonly adviser: () => Adviser;
}

/** Logs items from their begin to their end; answers a function that tells the last batch. */
export function logItems(
  events: Emitter,
  log: Log,
  { clock, intervalMs, adviser }: ItemLogOptions,
): () => void {
  const batch = new Batch(clock, intervalMs, log);
  events
    .on("attempt", ({ bot, key, kind, chat, bytes }) =>
      log({ level: "info", msg: `${PREFIX}[START]`, fields: { bot, key, kind, chat, bytes } }),
    )
    .on("retry", ({ bot, key, kind, chat, failure, notBefore }) => {
      batch.retried();
      const inMs = notBefore > 0 ? Math.max(0, Math.round(notBefore - clock.now())) : 0;
      const { class: cls, reason, code, message } = failure;
      log({
        // A flood wait is the lane's, and told there.
        level: cls === "flood" ? "debug" : "warn",
        msg: `${PREFIX}[RETRY]`,
        fields: { bot, key, kind, chat, in_ms: inMs, class: cls, reason, code, message },
      });
    })
    .on("item", (item) => {
      log(itemLine(item, adviser()));
      batch.ended(item);
    });
  return () => batch.tell();
}

/** Counts what ends, and tells the counts at the end of each interval in which anything did. */
class Batch {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #log: Log;
  #counts = noCounts();
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, intervalMs: number, log: Log) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#log = log;
  }

  retried(): void {
    this.#counts.retries += 1;
  }

  ended(item: ItemResult): void {
    if (!isTried(item)) return;
    this.#counts[item.status] += 1;
    this.#cancel ??= this.#clock.after(this.#intervalMs, () => this.tell());
  }

  tell(): void {
    if (!this.#cancel) return;
    this.#cancel();
    this.#cancel = null;
    this.#log({ level: "info", msg: `${PREFIX}[BATCH][DONE]`, fields: this.#counts });
    this.#counts = noCounts();
  }
}

function noCounts(): Counts {
  return { ready: 0, weak: 0, failed: 0, unknown: 0, skipped: 0, retries: 0 };
}
