import { unlessAborted } from "../domain/abort.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { Failure } from "../domain/failure.ts";
import type { Patience } from "../domain/patience.ts";
import type { Result } from "../domain/result.ts";
import type { Pace } from "../lanes/port.ts";
import { AGAIN_MS, readFileAnswer } from "../pipeline/file-answer.ts";
import type { Bot } from "../telegram/port.ts";

/** What Telegram says of an id. */
export type FileAnswer =
  | { readonly is: "alive" }
  | { readonly is: "dead"; readonly failure: Failure }
  /** It gave no answer that decides. */
  | { readonly is: "unclear"; readonly failure: Failure };

/** A bot, and when it may be asked. */
export interface AskedBot {
  readonly bot: Bot;
  /** Of its calls in all chats together. */
  readonly pace: Pace;
}

export interface FilesOptions {
  readonly clock: Clock;
  readonly events: Emitter;
  /** By slug. */
  readonly bots: ReadonlyMap<string, AskedBot>;
  readonly patience: Patience;
  readonly draining: AbortSignal;
  /** Ends also the wait for answers. */
  readonly aborting: AbortSignal;
}

/** Ids whose answers are remembered: several keys may have one content, and with it one id. */
const REMEMBERED = 20_000;

/**
 * Asks Telegram for files by their ids (getFile), which posts nothing and belongs to no chat: each bot at the pace that it has over
 * all chats, and no sooner than a wait is over that Telegram asked for. A bot that cannot be asked any more is out, and told once.
 */
export class Files {
  readonly #options: FilesOptions;
  readonly #out = new Map<string, Failure>();
  readonly #answers = new Map<string, Promise<FileAnswer | null>>();

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  /** Why each bot is out that is. */
  get out(): ReadonlyMap<string, Failure> {
    return this.#out;
  }

  /** Does not ask this bot any more. */
  close(slug: string, failure: Failure): void {
    this.#out.set(slug, failure);
  }

  /** Null where it was not asked because the work ends. */
  of(slug: string, fileId: string): Promise<FileAnswer | null> {
    const name = `${slug} ${fileId}`;
    const known = this.#answers.get(name);
    if (known) return known;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined && this.#answers.size >= REMEMBERED) this.#answers.delete(oldest);
    const answer = this.#ask(slug, fileId);
    this.#answers.set(name, answer);
    return answer;
  }

  async #ask(slug: string, fileId: string): Promise<FileAnswer | null> {
    const { clock, bots, draining, patience } = this.#options;
    const asked = bots.get(slug);
    let so: AskedSoFar = { wasAway: false, tries: 0 };
    while (asked && !draining.aborted) {
      const out = this.#out.get(slug);
      if (out) return { is: "unclear", failure: out };
      const there = await this.#call(asked, fileId);
      if (there === null) return null;
      const then = afterAnswer(there, so, patience);
      if ("is" in then) return this.#noted(slug, then);
      so = then;
      await clock.sleep(then.pauseMs, draining);
    }
    return null;
  }

  async #call({ bot, pace }: AskedBot, fileId: string) {
    const { clock, draining, aborting, events } = this.#options;
    const slot = pace.take(clock.now());
    await clock.sleep(slot - clock.now(), draining);
    if (draining.aborted) return null;
    const started = clock.now();
    pace.started(slot, started);
    pace.left?.(slot, started);
    const there = await unlessAborted(bot.checkFile(fileId), aborting);
    if (!there) return null;
    events.emit("asked", {
      bot: bot.slug,
      ms: clock.now() - started,
      failure: there.ok ? null : there.failure,
    });
    return there;
  }

  /** What is wrong with the bot itself, or a server that is not there, is wrong for all its ids. */
  #noted(slug: string, state: FileAnswer): FileAnswer {
    if (state.is === "unclear" && (state.failure.class === "auth" || state.failure.unreached))
      this.close(slug, state.failure);
    return state;
  }
}

/** What came of asking for an id so far. */
interface AskedSoFar {
  /** The last answer was that it may be away for a moment. */
  readonly wasAway: boolean;
  /** Tries after the first that count. */
  readonly tries: number;
}

/**
 * What an answer comes to: a state, or that it is asked again after a pause, in milliseconds. Waits are no tries.
 * @internal
 */
export function afterAnswer(
  there: Result<void>,
  { wasAway, tries }: AskedSoFar,
  patience: Patience,
): FileAnswer | (AskedSoFar & { readonly pauseMs: number }) {
  if (there.ok) return { is: "alive" };
  const { failure } = there;
  const said = readFileAnswer(there);
  if (said === "dead" || (said === "away" && wasAway)) return { is: "dead", failure };
  if (said === "away") return { wasAway: true, tries, pauseMs: AGAIN_MS };
  if (failure.class === "flood") return { wasAway, tries, pauseMs: (failure.retryAfterMs ?? 0) + 1 };
  if (failure.class !== "transient" || tries >= patience.retries) return { is: "unclear", failure };
  return { wasAway, tries: tries + 1, pauseMs: patience.pauseMs(tries) };
}
