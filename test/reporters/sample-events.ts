import type { Clock } from "../../src/domain/clock.ts";
import { Emitter, type LaneView } from "../../src/domain/events.ts";
import { type Failure, failure } from "../../src/domain/failure.ts";
import type { ItemResult } from "../../src/domain/outcome.ts";
import { Tally } from "../../src/figures/tally.ts";

/** A clock that stands still until it is moved. */
function handClock(scale = 1) {
  const time = { now: 1_000_000 };
  const clock: Clock = {
    scale,
    now: () => time.now,
    wall: () => 1_700_000_000_000 + time.now / scale,
    sleep: () => Promise.resolve(),
    after: () => () => {},
  };
  return { clock, pass: (ms: number) => (time.now += ms) };
}

/** An item that is ready after 100 ms of download and 400 ms of sending. */
export function item(more: Partial<ItemResult> = {}): ItemResult {
  return {
    key: "a.jpg",
    bot: "default",
    kind: "photo",
    status: "ready",
    fileId: "AgAC",
    fileUniqueId: "AQAD-unique-id",
    chatId: "-1001",
    messageId: 7,
    transfer: "url",
    bytes: 1000,
    attempts: 1,
    latency: { total: 1500, queue: 600, lane: 400, download: 100, send: 400 },
    error: null,
    reason: null,
    ...more,
  };
}

/** An item that ended with a failure. */
export function failedItem(cause: Failure, more: Partial<ItemResult> = {}): ItemResult {
  const error = {
    class: cause.class,
    reason: cause.reason,
    code: cause.code ?? null,
    message: cause.message,
  };
  return item({
    status: cause.class === "in_doubt" ? "unknown" : "failed",
    fileId: null,
    fileUniqueId: null,
    chatId: null,
    messageId: null,
    error,
    reason: cause.reason,
    ...more,
  });
}

/** One lane of a bot. */
export function lane(more: Partial<LaneView> = {}): LaneView {
  return {
    bot: "default",
    chat: "-1001",
    title: "Warmup",
    perMinute: 20,
    sent: 3,
    frozenUntil: 0,
    closed: null,
    ...more,
  };
}

export const flood = failure("flood_wait", "Telegram asks to wait 30 s", { code: 429, retryAfterMs: 30_000 });
export const tooBig = failure("file_too_big", "big.mp4 has 60.0 MB, the limit is 50.0 MB");
export const lost = failure("answer_lost", "the answer did not come within 60 s");

/** Everything that a reporter listens to. */
export function scene(scale = 1) {
  const { clock, pass } = handClock(scale);
  const events = new Emitter((error) => {
    throw error;
  });
  const tally = new Tally(events, clock);
  return { clock, pass, events, tally };
}
