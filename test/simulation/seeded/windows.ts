import type { Scenario } from "./scenario.ts";
import type { SeenCall } from "./wire.ts";

const MINUTE = 60_000;
/** Milliseconds by which a call may begin late without moving those behind it (see FixedPace). */
const WOBBLE_MS = 300;
const DOCUMENTED: Readonly<Record<string, number>> = { private: 60 };

/** What a pace that does not learn allows: so many calls of one process in a lane, in any window of time. */
export class DocumentedWindows {
  readonly #perMinute: number | null;
  readonly #lateMs: number;
  readonly #starts = new Map<object, Map<string, number[]>>();

  /** `lateMs`: by which a call may be late for other reasons than its disk. */
  constructor({ pace, diskMs }: Pick<Scenario, "pace" | "diskMs">, lateMs = WOBBLE_MS) {
    const fixed = /^(\d+)\/min$/.exec(pace)?.[1];
    this.#perMinute = pace === "documented" ? (DOCUMENTED.channel ?? 20) : fixed ? Number(fixed) : null;
    // A call begins once its attempt is written down.
    this.#lateMs = lateMs + 3 * diskMs;
  }

  /** What is wrong with the moment of this call; null where nothing is. */
  over({ by, bot, startedAt, method }: SeenCall, chat: string | null): string | null {
    if (this.#perMinute === null || !method.startsWith("send")) return null;
    const lanes = this.#starts.get(by) ?? new Map<string, number[]>();
    this.#starts.set(by, lanes);
    const starts = lanes.get(`${bot} ${chat}`) ?? [];
    lanes.set(`${bot} ${chat}`, [...starts, startedAt]);
    const interval = MINUTE / this.#perMinute;
    const index = starts.findIndex(
      (start, at) => startedAt - start < (starts.length - at) * interval - this.#lateMs,
    );
    if (index < 0) return null;
    const count = starts.length - index + 1;
    return `${count} calls of ${bot} in ${chat ?? "all its chats"} within ${Math.round(startedAt - (starts[index] ?? 0))} ms at ${this.#perMinute} a minute`;
  }
}
