/** How much there is to warm. */
export interface WorkAmount {
  /** Objects. */
  readonly toWarm: number;
  readonly bytes: number;
}

/** How much there is to warm, and how long that takes. */
export interface WorkForecast extends WorkAmount {
  readonly lanes: number;
  /** Objects a minute at the most. */
  readonly ceilingPerMin: number;
  /** Null when nothing can be sent. */
  readonly etaSeconds: number | null;
  /** What would make it faster. */
  readonly advice: readonly string[];
}

/** What a dry run found. */
export interface WorkPlan extends WorkForecast {
  /** Objects that a run would leave alone. */
  readonly skipped: number;
  /** Keys that `--include`, `--exclude` or `--kind` turned away. */
  readonly filtered: number;
}
