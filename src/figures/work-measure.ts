import type { ItemResult } from "../domain/outcome.ts";
import type { Bottleneck, WorkMeasures } from "../domain/work-forecast.ts";

/** Transfers that it takes to know what one takes as a rule. */
const ENOUGH = 20;
/** From here on an upload says more of the connection than of the answer. */
const LARGE_BYTES = 1_000_000;
const ENOUGH_LARGE = 10;
/** A large upload that takes this long waits for the connection, not for Telegram, which takes 2 s as a rule. */
const SLOW_LARGE_MS = 5_000;
/** Shares of the time of a run, or of its transfers, from which on something is called its limit. */
const [LANES_SHARE, BUSY_SHARE, LARGE_SHARE] = [0.5, 0.6, 0.7];

/** Where the time of a run went, so that it can be said what limited it, and what the next one may count with. Milliseconds of the engine's clock. */
export class WorkMeasure {
  #transfers = 0;
  #transferMs = 0;
  /** As if each object of a message of several had kept its place busy by itself: so long as one call does. */
  #callMs = 0;
  #laneMs = 0;
  #bytes = 0;
  #large = { count: 0, ms: 0 };

  /** Counts an item that was tried. */
  add({ latency, placeMs, bytes, transfer, status, pack }: ItemResult): void {
    if (transfer === "edit" || transfer === "forward") return;
    const ms = latency.download + latency.send;
    this.#transfers += 1;
    this.#transferMs += placeMs ?? ms;
    this.#callMs += (placeMs ?? ms) * (pack?.size ?? 1);
    this.#laneMs += latency.lane;
    if (status === "ready" || status === "weak") this.#bytes += bytes ?? 0;
    if (transfer === "upload" && (bytes ?? 0) >= LARGE_BYTES)
      this.#large = { count: this.#large.count + 1, ms: this.#large.ms + ms };
  }

  /** What limited a run of this length; `none` where nothing did for most of the time, as in a very short one. */
  limit(durationMs: number, concurrency: number): Bottleneck {
    if (this.#transfers <= concurrency || durationMs === 0) return "none";
    if (this.#laneMs >= durationMs * LANES_SHARE) return "lanes";
    if (this.#transferMs < durationMs * concurrency * BUSY_SHARE) return "none";
    return this.#isConnection(concurrency) ? "bandwidth" : "concurrency";
  }

  /** What a later run may count with. */
  measures(durationMs: number, concurrency: number): WorkMeasures {
    const isConnection = this.limit(durationMs, concurrency) === "bandwidth";
    return {
      transferMs: this.#transfers < ENOUGH || isConnection ? null : this.#callMs / this.#transfers,
      bytesPerSecond: isConnection ? (this.#bytes * 1000) / durationMs : null,
    };
  }

  /** With one transfer at a time nobody knows whether two would have been faster. */
  #isConnection(concurrency: number): boolean {
    const { count, ms } = this.#large;
    const isSlow = count >= ENOUGH_LARGE && ms / count >= SLOW_LARGE_MS;
    return concurrency > 1 && isSlow && ms >= this.#transferMs * LARGE_SHARE;
  }
}
