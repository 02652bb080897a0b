import type { Clock } from "../../domain/clock.ts";

/**
 * One call, as `GET /sandbox/calls` returns it. Times in milliseconds of the sandbox's clock since its start; `_unix`
 * in real ones.
 */
export interface CallRow {
  readonly method: string;
  /** Numeric id of the bot as text; null for an unknown token. */
  readonly bot: string | null;
  /** It was asked of the test environment (`/bot<token>/test/METHOD`). */
  readonly test: boolean;
  /** The numeric id of a known chat, else the text as it was given. */
  chat_id: string | null;
  readonly started: number;
  readonly started_unix: number;
  /** When the last byte of the body was read; `null` when it never came. */
  body_end: number | null;
  body_end_unix: number | null;
  /** When it was answered; null if it was not. */
  answered: number | null;
  answered_unix: number | null;
  /** HTTP status; null if it was not answered. */
  code: number | null;
  /** Seconds of a flood wait, also of one that came as 400. */
  retry_after: number | null;
  description: string | null;
}

/** Every call, in the order of their first bytes. */
export class ServedCalls {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #rows: CallRow[] = [];

  constructor(clock: Clock, startedAt: number) {
    this.#clock = clock;
    this.#startedAt = startedAt;
  }

  begin(method: string, bot: string | null, test: boolean): CallRow {
    const row: CallRow = {
      method,
      bot,
      test,
      chat_id: null,
      started: this.#now(),
      started_unix: this.#clock.wall(),
      body_end: null,
      body_end_unix: null,
      answered: null,
      answered_unix: null,
      code: null,
      retry_after: null,
      description: null,
    };
    this.#rows.push(row);
    return row;
  }

  bodyEnd(row: CallRow): void {
    row.body_end = this.#now();
    row.body_end_unix = this.#clock.wall();
  }

  answered(row: CallRow, code: number, description: string | null): void {
    row.answered = this.#now();
    row.answered_unix = this.#clock.wall();
    row.code = code;
    row.description = description;
    const flood = /retry after (\d+)/i.exec(description ?? "");
    row.retry_after = flood ? Number(flood[1]) : null;
  }

  list(): readonly CallRow[] {
    return this.#rows;
  }

  clear(): void {
    this.#rows = [];
  }

  #now(): number {
    return this.#clock.now() - this.#startedAt;
  }
}
