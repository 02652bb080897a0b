/**
 * Thrown by a ledger that several processes write to, when an attempt is to be ended that is not this process's any more: its lease
 * was over, and another process has noted it as in doubt. Nothing was written.
 */
export class AttemptLost extends Error {
  constructor(attempt: number | bigint) {
    super(`attempt ${attempt} is not under way here any more`);
    this.name = "AttemptLost";
  }
}

/**
 * Thrown by such a ledger when an attempt is to be begun on a lane that another process has (`forMs` null), or that is not to be called for
 * so many milliseconds yet, as another one wrote down. Nothing was written.
 */
export class LaneHeld extends Error {
  readonly forMs: number | null;

  constructor(forMs: number | null) {
    super("the lane is not to be called now");
    this.name = "LaneHeld";
    this.forMs = forMs;
  }
}

/** Returns what was begun; null where its lane is not to be called ({@link LaneHeld}), which the lanes of this process know by now. */
export async function unlessHeld<T>(begun: Promise<T>): Promise<T | null> {
  return begun.catch((error: unknown) => {
    if (error instanceof LaneHeld) return null;
    throw error;
  });
}

/** Thrown by such a ledger when an attempt is to be begun that another process makes, or has made since this one looked. Nothing was written. */
export class TakenElsewhere extends Error {
  /** Its place, from 0, among those that were to be begun together. */
  readonly nth: number;

  constructor(nth = 0) {
    super("another process is sending it, or has sent it");
    this.name = "TakenElsewhere";
    this.nth = nth;
  }
}

/**
 * Thrown where what became of a lost call is to be written down although that was decided before: by another process, where several write to
 * a ledger. Nothing was written.
 */
export class LostCallDecided extends Error {
  constructor(attempt: number | bigint) {
    super(`attempt ${attempt} is not lost`);
    this.name = "LostCallDecided";
  }
}
