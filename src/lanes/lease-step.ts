/** A lane that processes share, as one of them sees it. Milliseconds of real time. */
export interface LeaseState {
  /** This process has it. */
  readonly isOurs: boolean;
  /** Calls that are under way, or about to be. */
  readonly calls: number;
  /** It is to be handed on as soon as no call is under way. */
  readonly isLeaving: boolean;
  /** Since there was work for it. */
  readonly idleMs: number;
  /** Since this process has it; until it may ask for it again, where it handed it on. */
  readonly heldMs: number;
  readonly restMs: number;
  /** How many lanes the process has that asked for it; null where none did. */
  readonly wantedBy: number | null;
}

/** What is done about it: `take` it, or ask for it; `leave`: begin no call there any more, since its turn here is over; `hand on`. */
export type LeaseStep = "take" | "leave" | "hand on" | "none";

/** Without work for so long, a lane goes to whoever has some. Before that it is asked whether there really is none. */
const [ASK_MS, IDLE_MS] = [2_500, 5_000];
/** Where there is work on both sides, it goes after so long to one that has fewer lanes, and after so long to any that asks. */
const [SHARE_MS, TURN_MS] = [30_000, 120_000];

/** Decides about the lanes of a process. */
export function leaseSteps(lanes: readonly LeaseState[]): LeaseStep[] {
  const turns = turnsOf(lanes);
  return lanes.map((lane) => stepOf(lane, turns.has(lane)));
}

function stepOf(lane: LeaseState, isTurn: boolean): LeaseStep {
  const { isOurs, calls, isLeaving, idleMs, restMs } = lane;
  if (!isOurs) return idleMs < IDLE_MS && restMs <= 0 ? "take" : "none";
  if (isTurn) return "leave";
  return calls === 0 && (isLeaving || idleMs >= IDLE_MS) ? "hand on" : "none";
}

/**
 * The lanes whose turn here is over. Of those that a process with fewer lanes asked for, as many go as make both even, the longest held
 * first; of one lane alone, that one.
 */
function turnsOf(lanes: readonly LeaseState[]): ReadonlySet<LeaseState> {
  const ours = lanes.filter(({ isOurs, isLeaving }) => isOurs && !isLeaving);
  const wanted = ours.filter((lane) => lane.wantedBy !== null && lane.heldMs >= SHARE_MS);
  const fewer = wanted.filter(({ wantedBy }) => (wantedBy ?? 0) < ours.length);
  const least = Math.min(...fewer.map(({ wantedBy }) => wantedBy ?? 0));
  const most = least === 0 ? Math.max(1, Math.floor(ours.length / 2)) : Math.floor((ours.length - least) / 2);
  const shared = [...fewer].sort((a, b) => b.heldMs - a.heldMs).slice(0, fewer.length === 0 ? 0 : most);
  return new Set([...shared, ...wanted.filter(({ heldMs }) => heldMs >= TURN_MS)]);
}

/** Whether those who had work for it are to be asked whether they still have. */
export function isToBeAsked({ calls, idleMs }: LeaseState): boolean {
  return calls === 0 && idleMs >= ASK_MS && idleMs < IDLE_MS;
}
