import { expect, it } from "vitest";
import { type Burst, judgeLimit, type LimitSeen } from "../../src/probe/limit-model.ts";

const burst = (passed: number, ended: Burst["ended"], more: Partial<Burst> = {}): Burst => ({
  passed,
  ended,
  slowMs: [],
  untilFreeMs: 0,
  ...more,
});

const seen = (first: Burst, more: Partial<LimitSeen> = {}): LimitSeen => ({
  first,
  spread: null,
  after: null,
  steady: null,
  ...more,
});

const spreadOf = (passed: number, half: number, untilFreeMs: number) => ({
  ...burst(passed, "flood", { untilFreeMs }),
  half,
});

const ALL: [string, LimitSeen, object][] = [
  ["nothing holds it up", seen(burst(30, "none")), { model: "none", atOnce: null, perMinute: null }],
  [
    "answers come late after three, 3 s apart",
    seen(burst(3, "silence", { slowMs: [2_900, 3_000, 3_000, 3_400] })),
    { model: "token_bucket", atOnce: 3, perMinute: 20, told: "silence" },
  ],
  [
    "more pass in a spread minute than at once, since all is paid back while it is used",
    seen(burst(20, "flood"), {
      spread: spreadOf(27, 10, 33_000),
      after: burst(1, "flood"),
      steady: 20,
    }),
    { model: "token_bucket", atOnce: 20, perMinute: 20, told: "retry_after" },
  ],
  [
    "a bucket of one",
    seen(burst(1, "flood"), { spread: spreadOf(2, 1, 33_000), after: burst(1, "flood"), steady: 12 }),
    { model: "token_bucket", atOnce: 1, perMinute: 12 },
  ],
  [
    "as many as at first, and after the wait only those of the first half",
    seen(burst(20, "flood"), { spread: spreadOf(20, 10, 60_000), after: burst(10, "flood") }),
    { model: "sliding_minute", atOnce: 20, perMinute: 20 },
  ],
  [
    "as many as at first, and after the wait all, a minute after the first",
    seen(burst(20, "flood"), { spread: spreadOf(20, 10, 60_000), after: burst(13, "none") }),
    { model: "bucket_minute", atOnce: 20, perMinute: 20 },
  ],
  [
    "the same, but over when the minute of the clock is",
    seen(burst(20, "flood"), { spread: spreadOf(20, 10, 43_500), after: burst(13, "none") }),
    { model: "fixed_window", atOnce: 20, perMinute: 20 },
  ],
  [
    "a window of one cannot slide",
    seen(burst(1, "flood"), { spread: spreadOf(1, 1, 60_000), after: burst(1, "flood") }),
    { model: "bucket_minute", atOnce: 1 },
  ],
];

it.each(ALL)("%s", (_, what, verdict) => {
  expect(judgeLimit(what)).toMatchObject(verdict);
});
