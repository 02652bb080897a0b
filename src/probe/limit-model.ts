/** How a chat limits one bot; `none`: no limit was met. */
type ChatLimitModel = "token_bucket" | "bucket_minute" | "sliding_minute" | "fixed_window" | "none";

/** Messages that were posted one after another, as fast as answers came, until something held them up. */
export interface Burst {
  readonly passed: number;
  readonly ended: "flood" | "silence" | "none";
  /** From answer to answer, of those that were held back one after another at its end; in milliseconds. */
  readonly slowMs: readonly number[];
  /** From its first call to the end of the wait that a refusal asked for, in milliseconds; 0 without one. */
  readonly untilFreeMs: number;
}

/** What was seen of the limit of a chat. */
export interface LimitSeen {
  readonly first: Burst;
  /** After the wait, and 17 s more: half as many as passed at first, 30 s without any, and as many as passed then; null where no refusal came. */
  readonly spread: (Burst & { readonly half: number }) | null;
  /** After the wait of the second; it is ended a few above the half. */
  readonly after: Burst | null;
  /** Messages a minute while each wait was obeyed; null where that was not looked at. */
  readonly steady: number | null;
}

/** The limit of a chat, as it was judged. */
export interface LimitVerdict {
  readonly model: ChatLimitModel;
  /** Messages that pass at once, from rest; null where none were held up. */
  readonly atOnce: number | null;
  /** Messages a minute, for long; null where no limit was met. */
  readonly perMinute: number | null;
  /** How it is told: by 429 with `retry_after`, or by answers that are held back. */
  readonly told: "retry_after" | "silence" | null;
}

/** So much more than passed at first shows that something is paid back all the time. */
const PAID_BACK = 1.2;
/** A minute that began with its first message ends so long after it, at least; one of the clock sooner, since 17 s of it were over. */
const WHOLE_MINUTE_MS = 52_000;

/** Judges what was seen: a bucket is paid back all the time, a window is over as a whole or, where it slides, message by message. */
export function judgeLimit({ first, spread, after, steady }: LimitSeen): LimitVerdict {
  if (first.ended === "none") return { model: "none", atOnce: null, perMinute: null, told: null };
  if (first.ended === "silence") {
    const perMinute = Math.round(60_000 / middleOf(first.slowMs));
    return { model: "token_bucket", atOnce: Math.max(1, first.passed), perMinute, told: "silence" };
  }
  const atOnce = first.passed;
  const told = "retry_after";
  if (spread === null || spread.ended !== "flood" || spread.passed > atOnce * PAID_BACK)
    return { model: "token_bucket", atOnce, perMinute: steady, told };
  const isSliding = atOnce > 1 && after !== null && after.ended === "flood" && after.passed <= spread.half;
  if (isSliding) return { model: "sliding_minute", atOnce, perMinute: atOnce, told };
  const isWhole = spread.untilFreeMs >= WHOLE_MINUTE_MS;
  return { model: isWhole ? "bucket_minute" : "fixed_window", atOnce, perMinute: atOnce, told };
}

function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 60_000;
}

const SAYS: Readonly<Record<Exclude<ChatLimitModel, "none">, string>> = {
  token_bucket: "paid back all the time (a bucket)",
  bucket_minute: "then nothing until a minute after the first of them",
  sliding_minute: "in any minute (a sliding window)",
  fixed_window: "in each minute of the clock (a fixed window)",
};

/** Says it in a line. */
export function limitText({ model, atOnce, perMinute, told }: LimitVerdict, tried: number): string {
  if (model === "none") return `none was met by ${tried} messages at once`;
  const how = told === "silence" ? "late answers, without a 429" : "429 with retry_after";
  const rate = perMinute === null ? "" : `${perMinute} a minute, `;
  return `${rate}${atOnce} at once, ${SAYS[model]}; told by ${how}`;
}
