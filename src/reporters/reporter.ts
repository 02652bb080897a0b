/** A screen or a file that listens to a run. */
export interface Reporter {
  /** Takes it off the screen, or writes out what is left. Safe to call again. */
  stop(): Promise<void> | void;
}
