/** What a ledger is told whose database may sleep, or be away for a while. */
export interface Resting {
  /**
   * A database that is away is waited for for so many milliseconds of real time at most from now on, and not at all with 0: what is asked of it then fails, as a LedgerError
   * whose fault is `away`. Absent where nothing is waited for.
   */
  hurry?(ms: number): void;
  /**
   * By the only worker that keeps it warm: nothing will be asked for so many milliseconds of real time: until then the worker keeps its place without a word. Absent where
   * the place is kept otherwise.
   */
  rest?(ms: number): Promise<void>;
}
