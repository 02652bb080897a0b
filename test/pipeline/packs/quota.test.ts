import { describe, expect, it } from "vitest";
import {
  contradictsMessages,
  isHeldBack,
  type PackWait,
  type QuotaCall,
  quotaVerdict,
} from "../../../src/pipeline/packs/quota.ts";

const calls = (...given: [at: number, media: number, went?: QuotaCall["went"]][]): QuotaCall[] =>
  given.map(([at, media, went = "through"]) => ({ at: at * 1_000, media, went }));

const ofTen = (seconds: number): PackWait => ({ media: 10, ms: seconds * 1_000 });

/** So many calls, a second apart, of which the last met a wait. */
const asMany = (count: number, media: number): Parameters<typeof calls> =>
  Array.from({ length: count }, (_, at) => [at, media, at === count - 1 ? "flood" : "through"]);

describe("what a quota counts", () => {
  it.each<[string, PackWait[], number, boolean]>([
    ["nothing before it", [], 9_000, false],
    ["one that took less than half", [{ media: 6, ms: 1_000 }], 3_501, true],
    ["one that took just less", [{ media: 6, ms: 1_000 }], 3_500, false],
    ["one of half its media", [{ media: 5, ms: 1_000 }], 9_000, false],
    ["the slowest of the last eight", [9, 1, 1, 1, 1, 1, 1, 1, 2].map(ofTen), 5_501, true],
  ])("an answer to ten media is late beside %s", (_, earlier, ms, isLate) => {
    expect(isHeldBack({ media: 10, ms }, earlier)).toBe(isLate);
  });

  it.each<[string, QuotaCall[], string]>([
    ["nothing yet", [], "open"],
    ["singles alone say nothing", calls([0, 1], [3, 1], [6, 1, "flood"]), "open"],
    ["too few media", calls([0, 10], [3, 10], [6, 10]), "open"],
    [
      "the call after half as many again as it bears went through",
      calls([0, 10], [3, 10], [6, 10], [9, 10]),
      "messages",
    ],
    ["a single one does for that", calls([0, 10], [3, 10], [6, 10], [9, 1]), "messages"],
    ["not with one that was made a minute ago", calls([0, 10], [30, 10], [59, 10], [60, 10]), "open"],
    [
      "a pack met a limit after as many messages as it bears, and no more",
      calls(...asMany(20, 1).with(3, [3, 2])),
      "media",
    ],
    ["not over more than a minute", calls([0, 10], [30, 10], [59, 10], [62, 10]), "open"],
    ["a pack met a limit", calls([0, 10], [3, 10], [6, 10, "flood"]), "media"],
    ["an answer was late", calls([0, 10], [3, 10], [6, 10, "slow"]), "unclear"],
    ["that of a single one after a pack was late", calls([0, 10], [3, 1, "slow"]), "unclear"],
    ["that of a single one among singles was late", calls([0, 1], [3, 1, "slow"]), "open"],
    [
      "a pack met a limit after as many messages as meet one by themselves",
      calls(...asMany(21, 1).with(3, [3, 2])),
      "open",
    ],
    [
      "the next single one met a limit: the bucket went into debt",
      calls([0, 10], [3, 10], [6, 10], [9, 1, "flood"]),
      "media",
    ],
  ])("%s", (_, made, expected) => {
    expect(quotaVerdict(made, 20)).toBe(expected);
  });

  it.each<[string, QuotaCall[], boolean]>([
    ["a flood after few messages with many media", calls([0, 50], [3, 50], [6, 50, "flood"]), true],
    ["not one after as many messages as meet a limit anyway", calls(...asMany(21, 50)), false],
    ["one after as many messages as it bears", calls(...asMany(20, 50)), true],
    ["not one after as many media as it bears", calls([0, 10], [3, 9], [6, 1, "flood"]), false],
    ["not one after as few media as singles would be", calls([0, 5], [3, 5], [6, 5, "flood"]), false],
    ["not a call that went through", calls([0, 50], [3, 50]), false],
  ])("is contradicted by %s", (_, made, expected) => {
    expect(contradictsMessages(made, 20)).toBe(expected);
  });
});
