/** A call on a lane, as far as it tells what the quota of its chat counts. Moments of the engine's clock, in milliseconds. */
export interface QuotaCall {
  readonly at: number;
  /** Media in its message; 1 for a single one. */
  readonly media: number;
  /** `flood`: the server asked for a wait. `slow`: its answer was held back. */
  readonly went: "through" | "slow" | "flood";
}

/** What was found out about a quota; `unclear`: an answer was late, by the quota or by a slow machine; `open`: nothing yet. */
export type QuotaVerdict = "messages" | "media" | "unclear" | "open";

const MINUTE_MS = 60_000;
/** Packs have to bring so many times the media that the lane is known to bear before they are believed to count once. */
const PROOF = 1.5;

/**
 * What the quota counts, by calls that were made in one slot each, the last of them now; `bears` is how many single messages a
 * minute the lane is known to bear. Messages: packs brought so much more within a minute that a quota of media would
 * have met the next call, and that one went through at once as well. Media: a call met a limit after packs, and there were not as
 * many messages as meet one by themselves. A late answer alone never says media: whoever is busy is late as well.
 */
export function quotaVerdict(calls: readonly QuotaCall[], bears: number): QuotaVerdict {
  const last = calls.at(-1);
  if (!last) return "open";
  const minute = inMinute(calls, last.at);
  const packed = mediaOf(minute.slice(0, -1).filter(({ media }) => media > 1));
  if (last.went === "through") return packed >= bears * PROOF ? "messages" : "open";
  if (packed === 0 && last.media === 1) return "open";
  if (last.went === "slow") return "unclear";
  return minute.length > bears ? "open" : "media";
}

/** Whether a flood contradicts that messages count: it came although no more of them were posted than the lane bears singly. */
export function contradictsMessages(calls: readonly QuotaCall[], bears: number): boolean {
  const last = calls.at(-1);
  if (last?.went !== "flood") return false;
  const minute = inMinute(calls, last.at);
  return minute.length <= bears && mediaOf(minute) > bears;
}

/** How long packs take the time of their media once answers were late, the first time and at most: a quota is one of a minute. */
const [UNCLEAR_MS, MOST_UNCLEAR_MS] = [MINUTE_MS, 30 * MINUTE_MS];

/** Milliseconds until it is tried again what a quota counts, when answers were late for the nth time. */
export function unclearMs(nth: number): number {
  return Math.min(UNCLEAR_MS * 2 ** (nth - 1), MOST_UNCLEAR_MS);
}

/** An answer to a pack is held back when it takes so many times as long as any before, and so much longer, in milliseconds. */
const [SLOW_TIMES, SLOW_MS] = [2, 1_500];
/** Of the packs before, these last ones count. */
const LAST = 8;

/** How long an answer to a pack took, in milliseconds. */
export interface PackWait {
  readonly media: number;
  readonly ms: number;
}

/** Whether an answer to a pack was held back, by how long those to packs of like size took before; the first shows nothing. */
export function isHeldBack({ media, ms }: PackWait, earlier: readonly PackWait[]): boolean {
  const like = earlier
    .filter((each) => each.media * 2 > media)
    .slice(-LAST)
    .map((each) => each.ms);
  return like.length > 0 && ms > Math.max(...like) * SLOW_TIMES + SLOW_MS;
}

function inMinute(calls: readonly QuotaCall[], now: number): readonly QuotaCall[] {
  return calls.filter(({ at }) => at > now - MINUTE_MS);
}

function mediaOf(calls: readonly QuotaCall[]): number {
  return calls.reduce((sum, { media }) => sum + media, 0);
}
