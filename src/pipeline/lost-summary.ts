import type { EventMap } from "../domain/events.ts";
import type { LookVerdict } from "../looks/port.ts";

/** Counts what became of objects whose answers were lost, and says of it what people have to know. */
export class LostSummary {
  readonly #unchecked = new Map<string, number>();
  readonly #open = new Map<string, number>();
  #later = 0;
  #laterAt = 0;

  /** `count` keys met this. */
  note(verdict: LookVerdict, count: number): void {
    if (verdict.is === "unchecked") add(this.#unchecked, verdict.why, count);
    else if (verdict.is === "open") add(this.#open, verdict.why, count);
    else if (verdict.is === "later") {
      this.#later += count;
      this.#laterAt = Math.max(this.#laterAt, verdict.at);
    }
  }

  notices(): EventMap["notice"][] {
    const texts = [
      ...[...this.#unchecked].map(
        ([why, count]) => `${objects(count)} sent again unchecked, and may then be posted twice: ${why}`,
      ),
      ...[...this.#open].map(([why, count]) => `${objects(count)} left unknown: ${why}`),
    ];
    if (this.#later > 0)
      texts.push(
        `${objects(this.#later)} left unknown, since ${this.#later === 1 ? "its message" : "their messages"} may still come: look again from ${new Date(this.#laterAt).toISOString()} on (--look-after)`,
      );
    return texts.map((text) => ({ level: "warn", text }));
  }
}

function objects(count: number): string {
  return count === 1 ? "1 object whose answer was lost is" : `${count} objects whose answers were lost are`;
}

function add(counts: Map<string, number>, why: string, count: number): void {
  counts.set(why, (counts.get(why) ?? 0) + count);
}
