import type { Plot } from "../types.ts";
import { allocation, measure, settle } from "./measure.ts";

/** RoundFigures of one variant in one round, by metric. */
export type RoundFigures = Readonly<Record<string, number>>;

/** What one round measured, by variant. What is missing was not measured in this round. */
export type Round = Readonly<Record<string, RoundFigures>>;

/** What is measured in a process of its own, round by round. */
export interface Experiment<Input = unknown> {
  /** Prepares the measuring. What it leaves in `folder` is there for the next process of the same experiment, and removed in the end. */
  open(folder: string, input: Input): Promise<OpenExperiment>;
}

export interface OpenExperiment {
  /** Rounds before the first that counts, until everything is compiled. Their figures are kept too: they hold no times. */
  readonly warmUps: number;
  /** @param index From 0; warm-ups are counted from below, the last of them is -1. */
  round(index: number): Promise<Round>;
  /** Drawn of what was measured so far; asked after each round, and the last one is shown. */
  plots?(): readonly Plot[];
  close?(): Promise<void>;
}

/** One variant's share of a round. */
export interface Block {
  readonly variant: string;
  /** Items that `run` works off. */
  readonly items: number;
  /** How many times a round runs it; the least of these is the round's sample. 1 without it. */
  readonly times?: number;
  /** Its result is kept, so that no compiler can leave the work out. */
  run(): unknown;
}

const PER_MS = { ns: 1e6, us: 1e3 } as const;

/** Keeps results alive, so that the compiler cannot leave the work out. */
let kept: unknown;

/**
 * Runs each block its number of times, in turn, and in the next round from last to first, so that drift hits all alike;
 * settles before each. Returns CPU and wall time an item: the least of the block's runs, since what else a machine does
 * only ever adds to them. The last warm-up returns what is allocated instead, since watching the collector takes time of
 * its own, and the others nothing.
 */
export async function interleave(
  blocks: readonly Block[],
  index: number,
  unit: keyof typeof PER_MS,
): Promise<Round> {
  const ordered = index % 2 === 0 ? blocks : blocks.toReversed();
  const runs = new Map<string, RoundFigures[]>(blocks.map(({ variant }) => [variant, []]));
  for (const block of turns(ordered)) {
    settle();
    runs.get(block.variant)?.push(index === -1 ? await allocationOf(block) : await timeOf(block, unit));
  }
  if (index < -1) return {};
  return Object.fromEntries([...runs].map(([variant, figures]) => [variant, leastOf(figures)]));
}

/** Each block once, then those once more that run twice, and so on. */
function turns(blocks: readonly Block[]): Block[] {
  const most = Math.max(...blocks.map(({ times = 1 }) => times));
  return Array.from({ length: most }, (_, turn) => blocks.filter(({ times = 1 }) => times > turn)).flat();
}

function leastOf(figures: readonly RoundFigures[]): RoundFigures {
  const names = Object.keys(figures[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, Math.min(...figures.map((each) => each[name] ?? Infinity))]),
  );
}

async function allocationOf({ run, items }: Block): Promise<RoundFigures> {
  const { bytes, value } = await allocation(run);
  kept = value;
  return { allocated_bytes_per_item: bytes / items };
}

async function timeOf({ run, items }: Block, unit: keyof typeof PER_MS): Promise<RoundFigures> {
  const { cpuMs, wallMs, value } = await measure(run);
  kept = value;
  const per = (ms: number) => (ms * PER_MS[unit]) / items;
  return { [`cpu_${unit}_per_item`]: per(cpuMs), [`wall_${unit}_per_item`]: per(wallMs) };
}

/**
 * The last result of a block; for tests, and to be read by somebody.
 * @internal
 */
export function lastResult(): unknown {
  return kept;
}
