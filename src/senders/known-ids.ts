import type { Clock } from "../domain/clock.ts";
import type { IdQuery, Ids, WarmId } from "../ids/port.ts";
import { Recent } from "./recent.ts";

/** How ids are asked for. */
export interface KnownIdsOptions {
  readonly ids: Ids;
  readonly clock: Clock;
  /** Milliseconds of the clock after which a lookup is given up that is not local. */
  readonly lookupMs: number;
}

/** Ids that are remembered here, of some 200 bytes each. */
const REMEMBERED = 10_000;

/** What a lookup was given up with. */
const NO_ANSWER = Symbol("no answer");

/**
 * The ids of a ledger, for messages that must not wait for it: a lookup that fails or takes too long gives the id that this
 * process had last, or none.
 */
export class KnownIds {
  readonly #options: KnownIdsOptions;
  readonly #last = new Recent<WarmId>(REMEMBERED);
  /** What came in the place of an id that Telegram no longer takes, until the ledger has it. */
  readonly #instead = new Recent<WarmId>(REMEMBERED);

  constructor(options: KnownIdsOptions) {
    this.#options = options;
  }

  async find(query: IdQuery): Promise<WarmId | null> {
    const name = nameOf(query);
    const found = await this.#ask(query, name);
    const warm = found === NO_ANSWER ? (this.#last.get(name) ?? null) : found;
    return warm && (this.#instead.get(warm.fileId) ?? warm);
  }

  /** Keeps what came back from a send, in the place of an id that is dead where there is one. */
  learn(query: IdQuery, warm: WarmId, dead: WarmId | null): void {
    this.#last.set(nameOf(query), warm);
    if (dead && dead.fileId !== warm.fileId) this.#instead.set(dead.fileId, warm);
  }

  async #ask(query: IdQuery, name: string): Promise<WarmId | null | typeof NO_ANSWER> {
    const { ids, clock, lookupMs } = this.#options;
    const asked = answerOf(ids, query);
    // An answer that comes too late serves the next message.
    asked.then((found) => found !== NO_ANSWER && found !== null && this.#last.set(name, found));
    return ids.isLocal ? asked : within(lookupMs, clock, asked);
  }
}

/** Names what a query asks for. */
export function nameOf({ key, bot, kind }: IdQuery): string {
  return `${bot ?? ""}\n${kind ?? ""}\n${key}`;
}

async function answerOf(ids: Ids, query: IdQuery): Promise<WarmId | null | typeof NO_ANSWER> {
  try {
    return await (ids.ask ? ids.ask(query) : ids.fileId(query));
  } catch {
    return NO_ANSWER;
  }
}

/**
 * Two timers, one after the other: when this process itself was busy for all the time, the first one fires before answers that
 * are there are read, the second after.
 */
function within<T>(ms: number, clock: Clock, work: Promise<T>): Promise<T | typeof NO_ANSWER> {
  return new Promise((resolve) => {
    let cancel = clock.after(ms / 2, () => {
      cancel = clock.after(ms / 2, () => resolve(NO_ANSWER));
    });
    work.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
