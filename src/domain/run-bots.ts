/** The bots of a run, by slug. */
export interface RunBots {
  /** All of the configuration, also one that has no lane now: a key is not taken from under any of them. */
  readonly configured: readonly string[];
  /** Those that warm an entry which names none. */
  readonly warming: readonly string[];
}
