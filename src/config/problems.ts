import { BadValue } from "./bad-value.ts";
import { ConfigError } from "./error.ts";
import { withoutSecrets } from "./mask.ts";
import type { Origin } from "./origin.ts";

/**
 * What kind of thing is wrong: a value that is not set, one that cannot be used, a file of a secret that cannot be read, a bot
 * that is not there, a host that lets everybody in, a line of `.env`, a file that is not read, a name that means nothing, or
 * something else.
 */
export type ProblemKind =
  | "missing"
  | "value"
  | "secret_file"
  | "bot"
  | "open_host"
  | "dotenv_line"
  | "dotenv_place"
  | "name"
  | "other";

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  readonly kind: ProblemKind;
  /** One line for people: what, where, what to do. It holds no secret. */
  readonly text: string;
  /** The variable that it concerns: `R2_BUCKET`. */
  readonly name: string | null;
  readonly origin: Origin | null;
  /** What the value was probably meant to be. */
  readonly right: string | null;
  /** The step that mends it, where the rest does not tell it. */
  readonly next: string | null;
}

/** Collects everything that is wrong with several values, so that a user reads all of it at once. */
export class Problems {
  readonly #found: ConfigProblem[] = [];

  /** One line each. */
  get all(): readonly string[] {
    return this.#found.map(({ text }) => text);
  }

  get found(): readonly ConfigProblem[] {
    return this.#found;
  }

  add(...problems: readonly string[]): void {
    for (const text of problems) this.tell({ kind: "other", text });
  }

  /** As {@link add}, with what others have to know of it. */
  tell({
    kind,
    text,
    name = null,
    origin = null,
    right = null,
    next = null,
  }: Partial<ConfigProblem> & { readonly kind: ProblemKind; readonly text: string }): void {
    // A variable that is read for two purposes is judged twice.
    if (this.#found.some((problem) => problem.text === text)) return;
    this.#found.push({ kind, text, name, origin, right, next });
  }

  /** Returns what `read` returns. Where it throws ConfigError, collects its problems and returns `otherwise`. */
  try<T, O>(read: () => T, otherwise: O): T | O {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.add(...error.problems);
      return otherwise;
    }
  }

  /**
   * Returns what `parse` returns. Where it throws BadValue, collects `<label> it must be <what was expected>` and returns
   * `otherwise`.
   */
  parse<T, O>(label: string, parse: () => T, otherwise: O): T | O {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      this.add(`${label} ${mustBe(error)}`);
      return otherwise;
    }
  }

  /** Takes out what was collected and meets this. */
  drop(isDropped: (problem: ConfigProblem) => boolean): void {
    const kept = this.#found.filter((problem) => !isDropped(problem));
    this.#found.splice(0, this.#found.length, ...kept);
  }

  /** Throws ConfigError with all that was collected, and with `hint` as a way out of all of it. */
  throwIfAny(hint: string | null = null): void {
    if (this.#found.length > 0) throw configError(this.#found, hint);
  }
}

/** `it must be <what was expected>`, and what was probably meant. */
export function mustBe({ message, right }: BadValue): string {
  return `it must be ${message}${right === null || message.includes(right) ? "" : ` (probably ${withoutSecrets(right)})`}`;
}

/** Some of these are values that are not set. */
export function configError(problems: readonly ConfigProblem[], hint: string | null = null): ConfigError {
  const texts = problems.map(({ text }) => text);
  return new ConfigError(
    texts,
    hint,
    problems.some(({ kind }) => kind === "missing"),
  );
}

const CHECK_ENV = "`prewarm check-env` shows where each value comes from.";

/**
 * Reads flags and configuration, so that the problems of both are reported at once. Throws ConfigError, with `hint` where
 * values are not set, and with the way to more where those of a configuration are wrong.
 */
export function readTogether<O extends object, C extends object>(
  readOptions: () => O,
  readConfig: () => C,
  hint: string | null = null,
): { options: O; config: C } {
  const problems: string[] = [];
  let isIncomplete = false;
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      isIncomplete ||= error.isIncomplete;
      return null;
    }
  };
  const options = attempt(readOptions);
  const config = attempt(readConfig);
  if (options && config) return { options, config };
  const more = config === null && hint !== null ? CHECK_ENV : null;
  throw new ConfigError([...new Set(problems)], isIncomplete ? hint : more, isIncomplete);
}
