/** A call on a lane, as far as it tells what the quota of its chat counts. Moments of the engine's clock, in milliseconds. */
export interface QuotaCall {
  readonly at: number;
  /** Media in its message; 1 for a single one. */
  readonly media: number;
  /** `flood`: the server asked for a wait. `slow`: its answer was held back. */
  readonly went: "through" | "slow" | "flood";
}

/** What was found out about a quota; `open`: nothing yet. */
export type QuotaVerdict = "messages" | "media" | "open";

const MINUTE_MS = 60_000;
/** Packs have to bring so many times the media that the lane is known to bear before they are believed to count once. */
const PROOF = 1.5;

/**
 * What the quota counts, by calls that were made in one slot each, the last of them now; `bears` is how many single messages a
 * minute the lane is known to bear. Messages: packs brought so much more within a minute that a quota of media would
 * have met the next call, and that one went through at once as well. Media: a call met a limit after packs.
 */
export function quotaVerdict(calls: readonly QuotaCall[], bears: number): QuotaVerdict {
  const last = calls.at(-1);
  if (!last) return "open";
  const before = inMinute(calls.slice(0, -1), last.at);
  const packed = mediaOf(before.filter(({ media }) => media > 1));
  if (last.went !== "through") return packed > 0 || last.media > 1 ? "media" : "open";
  return packed >= bears * PROOF ? "messages" : "open";
}

/** Whether a flood contradicts that messages count: it came although no more of them were posted than the lane bears singly. */
export function contradictsMessages(calls: readonly QuotaCall[], bears: number): boolean {
  const last = calls.at(-1);
  if (last?.went !== "flood") return false;
  const minute = inMinute(calls, last.at);
  return minute.length <= bears && mediaOf(minute) > bears;
}

/** An answer to a pack is held back when it takes so many times as long as any before, and so much longer, in milliseconds. */
const [SLOW_TIMES, SLOW_MS] = [2, 1_500];

/** How long an answer to a pack took, in milliseconds. */
export interface PackWait {
  readonly media: number;
  readonly ms: number;
}

/** Whether an answer to a pack was held back, by how long those to packs of like size took before; the first shows nothing. */
export function isHeldBack({ media, ms }: PackWait, earlier: readonly PackWait[]): boolean {
  const like = earlier.filter((each) => each.media * 2 > media).map((each) => each.ms);
  return like.length > 0 && ms > Math.max(...like) * SLOW_TIMES + SLOW_MS;
}

function inMinute(calls: readonly QuotaCall[], now: number): readonly QuotaCall[] {
  return calls.filter(({ at }) => at > now - MINUTE_MS);
}

function mediaOf(calls: readonly QuotaCall[]): number {
  return calls.reduce((sum, { media }) => sum + media, 0);
}
