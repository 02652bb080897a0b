import type { Finding } from "../doctor/check.ts";
import type { Clock } from "../domain/clock.ts";
import type { Result } from "../domain/result.ts";
import type { BotUpdates } from "../telegram/updates-port.ts";

/** One thing to be typed. */
export interface Prompt {
  readonly message: string;
  /** Shown where nothing is typed yet. */
  readonly example?: string | undefined;
  /** Why what was typed cannot be used; null where it can. */
  readonly problemOf: (text: string) => string | null;
}

/** One of several things to do next. */
interface Option<V extends string> {
  readonly value: V;
  readonly label: string;
}

export type AskerTone = "step" | "good" | "bad" | "hint";

/** The person in front of the terminal. Every method that waits for them throws `Cancelled` on Ctrl-C or Esc. */
export interface Asker {
  say(tone: AskerTone, text: string): void;
  /** Something to be typed that may be seen. Blanks and line ends around it are cut off. */
  text(question: Prompt): Promise<string>;
  /** The same, unseen. */
  secret(question: Prompt): Promise<string>;
  choose<V extends string>(message: string, choices: readonly Option<V>[]): Promise<V>;
  /** Shows that something is under way; `tell` changes what is said of it, `signal` ends it on Ctrl-C. */
  during<T>(
    text: string,
    work: (tell: (text: string) => void, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

/** Values by the names of their variables. */
export type Values = Readonly<Record<string, string | undefined>>;

/** What the dialogue asks of others. */
export interface Examiner {
  /** The engine's clock. */
  readonly clock: Clock;
  /** Where each value comes from that there is already: `.env R2_BUCKET`, `environment R2_BUCKET`. */
  readonly given: ReadonlyMap<string, string>;
  /** Runs these checks of `check-env` on what there is, with `values` on top. */
  examine(values: Values, ids: readonly string[]): Promise<readonly Finding[]>;
  /** The bot whose token is among what there is and `values`; null where there is none. */
  bot(values: Values): BotToSetUp | null;
}

/** The bot, as far as `init` speaks with it. */
export interface BotToSetUp {
  username(): Promise<Result<string>>;
  readonly updates: BotUpdates;
}
