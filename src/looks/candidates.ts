import type { Neighbour, PostedAround } from "../ledgers/look-port.ts";

/** Why a message may have an id that is not among its candidates. */
export type OpenEnd = "too_many" | "no_post_before" | "no_post_after";

/** The ids that the message of a lost call can have, in the order in which to ask for them. */
export interface Candidates {
  readonly ids: readonly number[];
  /** Null where it is nowhere if it has none of these. */
  readonly open: OpenEnd | null;
}

type LostAt = Pick<PostedAround, "startedAt" | "settledAt" | "attempt" | "lastBegun" | "look">;

/** Ids that are asked for at most for one lost call. */
export const MOST = 200;
/** Ids that are asked for above the highest known one, where nothing bounds them: its message is probably the next. */
const BEYOND = 20;

/**
 * Returns the ids that a message can have by its neighbours, ours, in the order of their ids: above those that were there
 * before its call began, below those that were begun when it could post no more, and none of theirs. Where a clock was put back, the order of the attempts holds:
 * which had begun when one ended. Ids rise with time in a
 * chat, and from 1 on. Where no post from before is known, those between posts come first, then those below them.
 */
export function candidatesOf(around: LostAt, neighbours: readonly Neighbour[], most = MOST): Candidates {
  const first = neighbours[0];
  const last = neighbours.at(-1);
  if (!first || !last) return { ids: [], open: "no_post_before" };
  const isKnown = new Set(neighbours.map(({ messageId }) => messageId));
  const before = neighbours.filter((each) => isEarlier(each, around)).at(-1)?.messageId ?? null;
  const after = neighbours.find((each) => isLater(each, around))?.messageId ?? null;
  const from = before ?? (first.messageId <= most ? 0 : null);
  const upwards = range((from ?? first.messageId) + 1, after ?? last.messageId + BEYOND + 1);
  const downwards = from === null ? range(first.messageId - most, first.messageId).reverse() : [];
  const ids = [...upwards, ...downwards].filter((id) => !isKnown.has(id));
  const end = from === null ? "no_post_before" : after === null ? "no_post_after" : null;
  return { ids: ids.slice(0, most), open: ids.length > most && from !== null ? "too_many" : end };
}

/** Returns the ids that a message can have: the one where it is known to be, by another of its media; else as {@link candidatesOf} says. */
export function candidatesFor(
  known: number | null,
  around: LostAt,
  neighbours: readonly Neighbour[],
): Candidates {
  return known === null ? candidatesOf(around, neighbours) : { ids: [known], open: null };
}

/** True for a message that was there before the call was begun. */
function isEarlier(each: Neighbour, around: LostAt): boolean {
  if (each.endedAt > around.startedAt || orderOf(each, around) > 0) return false;
  // The clock was put back while the copy was there: when it went is not known.
  if (each.look !== null && each.endedAt < each.startedAt) return false;
  return each.lastBegun === null || around.attempt === undefined || each.lastBegun < Number(around.attempt);
}

/** True for a message that was begun when that which is looked for could be posted no more. */
export function isLater(each: Neighbour, around: LostAt): boolean {
  if (each.startedAt < around.settledAt || orderOf(each, around) < 0) return false;
  const { attempt, behind, lastBegun } = each;
  const lost = around.lastBegun ?? Number(around.attempt ?? 0);
  if (attempt !== null) return attempt > lost;
  return lastBegun === null || behind === null || behind >= lost;
}

/** Below 0 for what was begun before the call, above 0 for what was begun after it, 0 where that is not known. */
function orderOf({ attempt, behind, look }: Neighbour, { attempt: lost, look: own }: LostAt): number {
  if (look !== null && own !== undefined) return look - Number(own);
  if (lost === undefined) return 0;
  if (attempt !== null) return attempt - Number(lost);
  return behind !== null && behind >= Number(lost) ? 1 : 0;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index).filter((id) => id > 0);
}
