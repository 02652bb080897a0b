import type {
  BenchReport,
  Environment,
  Metric,
  Plot,
  Ratio,
  ScenarioName,
  ScenarioResult,
  Variant,
} from "../../../src/bench/types.ts";

/** Repeatable chance. */
function chance(seed: number): { next(): number; normal(): number } {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), state | 1);
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61));
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return { next, normal };
}

export interface NoiseOptions {
  readonly seed: number;
  readonly rounds: number;
  /** Standard deviation within a run, as a share. */
  readonly sigma: number;
  /** By how much at most this run lies off others. */
  readonly offset?: number;
  /** Share of the samples that are disturbed, by up to 60 %. */
  readonly outliers?: number;
}

/** Samples around a value, as a bench on a real machine has them. */
export function samplesAround(value: number, options: NoiseOptions): number[] {
  const { seed, rounds, sigma, offset = 0, outliers = 0.05 } = options;
  const { next, normal } = chance(seed);
  const run = value * (1 + offset * (2 * next() - 1));
  return Array.from({ length: rounds }, () => {
    const disturbed = next() < outliers ? 1 + 0.6 * next() : 1;
    return run * Math.exp(sigma * normal()) * disturbed;
  });
}

export const ENVIRONMENT: Environment = {
  prewarm: "0.1.0",
  node: "v20.20.2",
  platform: "linux x64",
  cpu: "AMD EPYC 7B13",
  cores: 2,
  memory_mb: 24_576,
  load_1m: 0.42,
  ci: false,
};

export interface Recipe {
  readonly scenario: ScenarioName;
  readonly what: string;
  readonly simulated?: string;
  readonly rounds: number;
  readonly sigma: number;
  /** Variant, title, and what each metric is around. The first is the reference. */
  readonly variants: readonly (readonly [name: string, title: string, values: readonly number[]])[];
  readonly metrics: readonly (readonly [name: string, unit: string, better: Metric["better"]])[];
  /** Metrics that have a ratio to each variant before the last. */
  readonly ratios: readonly string[];
}

export const RECIPES: readonly Recipe[] = [
  {
    ...{ scenario: "queue", what: "CPU of taking 100,000 items through a queue", rounds: 15, sigma: 0.03 },
    variants: [
      ["array_shift", "Array.shift", [41_200]],
      ["deque", "ring buffer", [18.4]],
    ],
    metrics: [["cpu_ns_per_op", "ns", "lower"]],
    ratios: ["cpu_ns_per_op"],
  },
  {
    ...{ scenario: "signer", what: "CPU of a whole presigned URL", rounds: 15, sigma: 0.03 },
    variants: [
      ["sdk", "SDK presigner", [412]],
      ["derived", "key derived anew", [31.4]],
      ["memoized", "key kept", [9.8]],
    ],
    metrics: [["cpu_us_per_url", "us", "lower"]],
    ratios: ["cpu_us_per_url"],
  },
  {
    ...{ scenario: "strategy", what: "media a minute at the same latencies", rounds: 12, sigma: 0.02 },
    simulated: "simulated time, 20 times faster than real; lane limits are off",
    variants: [
      ["one_by_one", "one by one, every 2 s", [16.4, 1750, 2410, 2460, 100, 0, 0, 480, 1240]],
      ["five_per_tick", "five per tick of 2 s", [107, 1762, 2430, 2471, 100, 0, 0, 491, 1251]],
      ["prewarm", "prewarm, concurrency 5", [161, 1771, 2440, 2482, 100, 3, 0.4, 488, 1260]],
    ],
    metrics: [
      ["throughput_per_min", "items/min", "higher"],
      ["p50_ms", "ms", "lower"],
      ["p95_ms", "ms", "lower"],
      ["p99_ms", "ms", "lower"],
      ["success_rate", "%", "higher"],
      ["queue_p50_ms", "ms", "lower"],
      ["lane_p50_ms", "ms", "lower"],
      ["download_p50_ms", "ms", "lower"],
      ["send_p50_ms", "ms", "lower"],
    ],
    ratios: ["throughput_per_min"],
  },
  {
    ...{ scenario: "pace", what: "rate reached against the rate allowed", rounds: 8, sigma: 0.004 },
    simulated: "on a virtual clock: ten minutes take none",
    variants: [
      ["allowed", "what the lane allows", [20, 0]],
      ["adaptive", "adaptive", [19.4, 0.4]],
    ],
    metrics: [
      ["rate_per_min", "calls/min", "higher"],
      ["refused_pct", "%", "lower"],
    ],
    ratios: ["rate_per_min"],
  },
];

export interface ReportOptions {
  readonly seed?: number;
  readonly offset?: number;
  readonly sigma?: number;
  readonly rounds?: number;
  /** The last variant of each scenario costs so many times as much. */
  readonly cost?: number;
  readonly recipes?: readonly Recipe[];
  readonly plots?: boolean;
}

/** A report as a run makes it: the same seed makes the same. */
export function reportOf(options: ReportOptions = {}): BenchReport {
  const recipes = options.recipes ?? RECIPES;
  return {
    ...{ type: "bench", schema: 1, at: "2026-11-24T10:00:00.000Z", environment: ENVIRONMENT },
    scenarios: recipes.map((recipe, at) =>
      scenarioOf(recipe, options, (options.seed ?? 1) * 1000 + at * 100),
    ),
    doubts: [],
  };
}

function scenarioOf(recipe: Recipe, options: ReportOptions, seed: number): ScenarioResult {
  const { scenario, what, simulated = null, rounds: usual } = recipe;
  const rounds = options.rounds ?? usual;
  const variants = recipe.variants.map((_, at) => variantOf(recipe, at, options, seed + 10 * at));
  return {
    ...{ scenario, what, simulated, rounds, seconds: rounds * 0.31, variants },
    ratios: ratiosOf(recipe, variants),
    targets: targetsOf(scenario),
    doubts: [],
    plots: options.plots ? plotsOf(scenario, seed) : [],
    incomplete: null,
  };
}

function variantOf(recipe: Recipe, at: number, options: ReportOptions, seed: number): Variant {
  const [name, title, values] = recipe.variants[at] ?? ["", "", []];
  const last = at === recipe.variants.length - 1;
  const { sigma = recipe.sigma, rounds = recipe.rounds, cost = 1 } = options;
  const metrics = recipe.metrics.map(([metric, unit, better], index): Metric => {
    const costly = last ? cost : 1;
    const value = (values[index] ?? 0) * (better === "lower" ? costly : 1 / costly);
    const offset = last ? (options.offset ?? 0) : 0;
    const exact = metric === "success_rate";
    const samples = samplesAround(exact ? (values[index] ?? 0) : value, {
      ...{ seed: seed + index, rounds, offset, sigma: exact ? 0 : sigma, outliers: exact ? 0 : 0.05 },
    });
    return { name: metric, unit, better, samples };
  });
  return { name, title, metrics };
}

function ratiosOf({ ratios }: Recipe, variants: readonly Variant[]): Ratio[] {
  const last = variants.at(-1);
  return variants.slice(0, -1).flatMap((reference) =>
    ratios.flatMap((name) => {
      const [above, below] = [last, reference].map((side) =>
        side?.metrics.find((each) => each.name === name),
      );
      if (!last || !above || !below) return [];
      const samples = above.samples.map((value, round) => value / (below.samples[round] ?? Number.NaN));
      const { better } = above;
      return [{ variant: last.name, metric: name, reference: reference.name, better, samples }];
    }),
  );
}

function targetsOf(scenario: ScenarioName): ScenarioResult["targets"] {
  if (scenario !== "strategy") return [];
  const figure = "prewarm.throughput_per_min_ratio";
  return [
    { text: "at least 5x one by one", figure, value: 9.82, unit: "x", met: true, limit: 5 },
    { text: "at least 2x five per tick", figure, value: 1.5, unit: "x", met: false, limit: 2 },
  ];
}

function plotsOf(scenario: ScenarioName, seed: number): Plot[] {
  const { next } = chance(seed);
  const over = (seconds: number, value: number, wobble: number) =>
    Array.from({ length: seconds / 5 }, (_, at) => [at * 5, value * (1 + wobble * (next() - 0.5))] as const);
  const below = (middle: number) =>
    Array.from({ length: 51 }, (_, at) => [middle * (0.4 + 1.2 * (at / 50) ** 1.4), at * 2] as const);
  if (scenario === "strategy")
    return [
      {
        ...{ title: "Throughput over time", kind: "line" },
        x: { label: "simulated time", unit: "s" },
        y: { label: "media that ended well", unit: "items/min" },
        series: [
          { name: "one by one", points: over(150, 16.4, 0.2) },
          { name: "five per tick", points: over(150, 107, 0.3) },
          { name: "prewarm", points: over(150, 161, 0.2) },
        ],
      },
      {
        ...{ title: "Latency of prewarm by phase", kind: "distribution" },
        x: { label: "simulated latency", unit: "ms" },
        y: { label: "share of the items", unit: "%" },
        series: [
          { name: "download", points: below(500) },
          { name: "send", points: below(1250) },
          { name: "work", points: below(1750) },
        ],
      },
    ];
  if (scenario !== "pace") return [];
  const limit = [[0, 35] as const, [300, 12] as const, [600, 12] as const];
  const rate = over(600, 1, 0.06).map(([x, y]) => [x, y * (x < 300 ? 34.5 : 11.8)] as const);
  return [
    {
      ...{ title: "Pace of a lane whose limit falls", kind: "line" },
      x: { label: "virtual time", unit: "s" },
      y: { label: "calls", unit: "calls/min" },
      series: [
        { name: "adaptive", points: rate },
        { name: "limit", limit: true, points: limit },
      ],
    },
  ];
}
