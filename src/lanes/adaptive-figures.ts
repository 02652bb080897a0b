/**
 * Milliseconds in which the pace doubles: starting at the documented 20 it has to reach 60 a minute within the second
 * minute; a probe should meet an unchanged limit as gently as possible; while the pace is below a limit that was
 * raised, every minute is lost.
 */
export const DOUBLING_MS = { first: 60_000, probe: 120_000, raised: 35_000 } as const;
/** The first step of a probe. */
export const PROBE_STEP = 1.15;
/**
 * A pace counts as used when the last calls came nearly that fast. Calls that were not made are not evidence that
 * they would have been allowed.
 */
export const USED = 1.3;

/** Share of a limit that is used. The rest covers late timers, after which slots stay where they were. */
export const MARGIN = 0.99;
/** Slack added to the 60 s window, in milliseconds. */
export const MINUTE_SLACK_MS = 100;

/** Share of the pace that is kept after a refusal that no limit explains. */
export const UNEXPLAINED = 0.9;
/** Uncertainty of the moment at which a call was let through, as an answer shows it, in milliseconds. */
export const ANSWER_WOBBLE_MS = 100;
