import { setMaxListeners } from "node:events";
import { onAbort } from "../../domain/abort.ts";
import { type Clock, systemClock } from "../../domain/clock.ts";
import { asLedgerError, codeOf, textOf, verdictOf } from "./errors.ts";

/** Tells people of a ledger that is away, and of its return. */
export type TellAway = (level: "warn" | "info", text: string) => void;

interface ServerPatienceOptions {
  readonly place: string;
  readonly tell: TellAway;
  /** Milliseconds for which a server that went away is waited for; ten minutes by default. */
  readonly ms?: number | undefined;
  /** The system's by default. */
  readonly clock?: Clock | undefined;
}

/** A failover, an upgrade, a person who starts it again. */
const PATIENCE_MS = 10 * 60_000;
/** Milliseconds that a server may take to answer again without a word about it: one that sleeps drops its connections, and wakes. */
const ROUTINE_MS = 2_000;
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [50, 5_000];
/** Milliseconds for which an answer is waited for once nobody waits for a server that is away: one that lives has answered by then. */
const LAST_ANSWER_MS = 5_000;
/** Tries of a transaction that others undid. */
const MOST_UNDONE = 50;

const READ_ONLY = "25006";
const WHY_AWAY = new Map([
  [READ_ONLY, "can only be read, as after a failover"],
  ["53300", "has no connection left"],
]);

/** Tries of one piece of work. */
interface SpentTries {
  readonly began: number;
  undone: number;
  pause: number;
}

/** Does again what a server undid for the sake of others, or was not there for. */
export class ServerPatience {
  readonly #place: string;
  readonly #tell: TellAway;
  readonly #clock: Clock;
  #ms: number;
  /** When {@link ServerPatience.hurry} was called last. */
  #hurriedAt = Number.NEGATIVE_INFINITY;
  /** Aborts where a pause is to end early. */
  #pausing = new AbortController();
  /** Aborts where no answer is waited for any more. */
  readonly #over = new AbortController();
  #cancelOver = () => {};
  /** Since when it is known to be away; null while it is not. */
  #awayAt: number | null = null;
  /** People were told that it can only be read: it may have answered nothing before. */
  #isReadOnly = false;
  /** Work that waits for it: what can be read from a server that cannot be written says nothing of its return. */
  readonly #waiting = new Set<SpentTries>();

  constructor({ place, tell, ms = PATIENCE_MS, clock = systemClock() }: ServerPatienceOptions) {
    this.#place = place;
    this.#tell = tell;
    this.#ms = ms;
    this.#clock = clock;
    setMaxListeners(0, this.#pausing.signal, this.#over.signal);
  }

  /** Throws LedgerError for what does not mend, and for a server that is away for too long. */
  async lasting<T>(work: () => Promise<T>): Promise<T> {
    const spent: SpentTries = { began: this.#clock.now(), undone: 0, pause: SHORTEST_PAUSE_MS };
    try {
      const value = await this.#tried(work, spent);
      if (this.#waiting.size === 0 || this.#waiting.has(spent)) this.#isBack();
      return value;
    } finally {
      this.#waiting.delete(spent);
    }
  }

  /** From now on work waits for a server that is away for so many milliseconds at most; with 0 it is tried once, and an answer that does not come is soon given up. */
  hurry(ms: number): void {
    this.#ms = Math.min(this.#ms, ms);
    this.#hurriedAt = this.#clock.now();
    const pausing = this.#pausing;
    this.#pausing = new AbortController();
    setMaxListeners(0, this.#pausing.signal);
    pausing.abort();
    this.#cancelOver();
    if (this.#ms === 0) this.#cancelOver = this.#clock.after(LAST_ANSWER_MS, () => this.#over.abort());
  }

  /** Does work once. Throws what it throws, and for an answer that did not come in time once there is a hurry. */
  once<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#over;
    return new Promise((resolve, reject) => {
      const removeListener = onAbort(signal, () => reject(new Error("server does not answer")));
      if (!signal.aborted) work().then(resolve, reject).finally(removeListener);
    });
  }

  /** Ends a hurry: nothing is asked any more. */
  end(): void {
    this.#cancelOver();
  }

  async #tried<T>(work: () => Promise<T>, spent: SpentTries): Promise<T> {
    for (;;) {
      try {
        return await this.once(work);
      } catch (error) {
        if (this.#isOver(error, spent)) throw asLedgerError(this.#place, error, false);
        await this.#pause(error, spent);
      }
    }
  }

  #isOver(error: unknown, { began, undone }: SpentTries): boolean {
    const verdict = verdictOf(error);
    if (verdict === "again") return undone > MOST_UNDONE;
    return verdict === "over" || this.#clock.now() - Math.max(began, this.#hurriedAt) >= this.#ms;
  }

  async #pause(error: unknown, spent: SpentTries): Promise<void> {
    if (verdictOf(error) === "again") {
      spent.undone += 1;
      await this.#clock.sleep(Math.random() * SHORTEST_PAUSE_MS);
      return;
    }
    this.#waiting.add(spent);
    if (codeOf(error) === READ_ONLY || this.#clock.now() - spent.began > ROUTINE_MS)
      this.#wentAway(error, spent);
    await this.#clock.sleep(spent.pause, this.#pausing.signal);
    spent.pause = Math.min(2 * spent.pause, LONGEST_PAUSE_MS);
  }

  #wentAway(error: unknown, { began }: SpentTries): void {
    const isReadOnly = codeOf(error) === READ_ONLY;
    if (this.#awayAt !== null && (this.#isReadOnly || !isReadOnly)) return;
    this.#awayAt ??= began;
    this.#isReadOnly = isReadOnly;
    const why = WHY_AWAY.get(codeOf(error)) ?? "does not answer";
    this.#tell("warn", `the ledger at ${this.#place} ${why} (${textOf(error)}): waiting for it`);
  }

  #isBack(): void {
    if (this.#awayAt === null) return;
    const seconds = Math.round((this.#clock.now() - this.#awayAt) / 1000);
    this.#awayAt = null;
    this.#isReadOnly = false;
    this.#tell("info", `the ledger at ${this.#place} is back${seconds > 0 ? ` after ${seconds} s` : ""}`);
  }
}
