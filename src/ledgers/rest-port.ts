/** What a ledger whose database may sleep is told by the only worker that keeps it warm. */
export interface Resting {
  /**
   * Nothing will be asked for so many milliseconds of real time: until then the worker keeps its place without a word. Absent where
   * the place is kept otherwise.
   */
  rest?(ms: number): Promise<void>;
}
