import * as v from "valibot";

/** All scenarios, in the order in which they run. */
export const SCENARIOS = [
  "queue",
  "signer",
  "strategy",
  "transfer",
  "pace",
  "channel",
  "scale",
  "process",
  "memory",
  "lookup",
  "start",
  "growth",
] as const;

const Better = v.picklist(["higher", "lower"]);

/** JSON has no NaN: it is written as null, and read back. */
const Sample = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
);

/** What a figure is, without its samples. */
export const MetricSpec = v.object({
  /** Such as `throughput_per_min`, `cpu_us_per_item`, `p95_ms`; with the unit at its end. */
  name: v.string(),
  /** For people: `items/min`, `us`, `ms`, `MB`, `x`, `%`. */
  unit: v.string(),
  better: Better,
  /** Holds on any machine as it is (a share, a virtual clock), so it is compared with baselines as a ratio is. */
  portable: v.exactOptional(v.boolean()),
});

/** One figure of one variant. The value that counts is the median. */
const Metric = v.object({
  ...MetricSpec.entries,
  /** One a round, in the order measured; empty when nothing was measured. */
  samples: v.array(Sample),
});

/** One way of doing it. `strategy.prewarm.throughput_per_min` is scenario, variant, metric. */
const Variant = v.object({
  name: v.string(),
  /** In a few words, for tables. */
  title: v.string(),
  metrics: v.array(Metric),
});

/**
 * A figure of a variant over that of the reference of the same round, so that it holds on any machine. Compared with
 * baselines and targets. Named `<scenario>.<variant>.<metric>_ratio`.
 */
const Ratio = v.object({
  variant: v.string(),
  metric: v.string(),
  /** The variant it is measured against. */
  reference: v.string(),
  better: Better,
  /** variant / reference, one a round (pairs of one round only). */
  samples: v.array(Sample),
  /** False where the two need different things of a machine, memory and processor say: shown beside a baseline, not judged. */
  portable: v.exactOptional(v.boolean()),
});

/** A target of the design, judged by what was measured. */
const Target = v.object({
  text: v.string(),
  /** What it looks at: `<variant>.<metric>` or `<variant>.<metric>_ratio` (`_ratio_to_<reference>` for a second one). */
  figure: v.string(),
  value: v.nullable(v.number()),
  unit: v.string(),
  met: v.nullable(v.boolean()),
  /** What `value` must not fall below or rise above, in the same unit; says by how much the target was missed. */
  limit: v.exactOptional(v.number()),
});

/** Doubt about a figure, and what to do about it. */
const Doubt = v.object({
  about: v.picklist(["machine", "process", ...SCENARIOS]),
  text: v.string(),
  next: v.string(),
});

const Axis = v.object({ label: v.string(), unit: v.string() });

/** Lines to be drawn: throughput over time, latency by phase, a lane's pace against its limit. */
const Plot = v.object({
  title: v.string(),
  kind: v.picklist(["line", "distribution"]),
  x: Axis,
  y: Axis,
  series: v.array(
    v.object({
      name: v.string(),
      /** Drawn as a step and dashed: a limit, not a measurement. */
      limit: v.exactOptional(v.boolean()),
      points: v.array(v.tuple([Sample, Sample])),
    }),
  ),
});

const Scenario = v.object({
  scenario: v.picklist(SCENARIOS),
  /** One sentence: what is measured. */
  what: v.string(),
  /** How time is counted, where it is not real time; null when it is. */
  simulated: v.nullable(v.string()),
  rounds: v.number(),
  seconds: v.number(),
  variants: v.array(Variant),
  ratios: v.array(Ratio),
  targets: v.array(Target),
  doubts: v.array(Doubt),
  plots: v.array(Plot),
  /** Cut short by a signal or a failure; what was measured remains. */
  incomplete: v.nullable(v.string()),
});

const Environment = v.object({
  prewarm: v.string(),
  node: v.string(),
  platform: v.string(),
  cpu: v.string(),
  cores: v.number(),
  memory_mb: v.number(),
  load_1m: v.number(),
  ci: v.boolean(),
});

/** What `--json` holds, and what `--baseline` and `bench compare` read. `schema` rises when an older reader would misread it. */
export const Report = v.object({
  type: v.literal("bench"),
  schema: v.literal(1),
  /** ISO 8601. */
  at: v.string(),
  environment: Environment,
  scenarios: v.array(Scenario),
  doubts: v.array(Doubt),
});
