import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Ledger } from "../../ledgers/port.ts";
import { openSqliteLedger } from "../../ledgers/sqlite.ts";
import { BareLookup } from "../contenders/bare-lookup.ts";
import { CALIBRATION_ITEMS, calibrate } from "../harness/calibration.ts";
import { fillLedger } from "../harness/fill-ledger.ts";
import { measure } from "../harness/measure.ts";
import { measuredScenario } from "../harness/measured.ts";
import { PEAK_RSS, perItem } from "../harness/metrics.ts";
import { type Block, type Experiment, interleave, type Round } from "../harness/rounds.ts";
import { emptyQueue, planNew, planReady, queueOf } from "./planning.ts";

const CPU = "cpu_us_per_item";
const COMPARED = ["n1e3", "n1e4", "n1e5", "n1e6", "ready"];

/** The road of an object up to the queue, by how many there are. */
export const SCALE = measuredScenario({
  name: "scale",
  what: "the cost of an object in plan, SQLite ledger and queue, by how many objects there are; slices of 1,000 at each size",
  simulated: null,
  variants: {
    n1e3: "new object, 10^3 in queue and ledger",
    n1e4: "new object, 10^4 in queue and ledger",
    n1e5: "new object, 10^5 in queue and ledger",
    n1e6: "new object, 10^6 in queue, 10^5 in ledger",
    ready: "ready object, 10^5 in ledger",
    listing: "object of a listing over HTTP, parsed",
    bare: "ready object, one bare statement a page",
    calibration: "work that never changes",
    million: "10^6 new objects, queue of 500",
    process: "the measuring process",
  },
  metrics: [...perItem("us"), { name: "objects_per_s", unit: "objects/s", better: "higher" }, PEAK_RSS],
  ratios: [
    ...COMPARED.map((variant) => ({ variant, metric: CPU, reference: "bare" })),
    { variant: "listing", metric: CPU, reference: "calibration" },
  ],
  targets: [
    {
      text: "all ready: at least 80,000 objects/s through plan and ledger",
      figure: "ready.objects_per_s",
      unit: "objects/s",
      least: 80_000,
    },
    { text: "10^6 objects in less than 250 MB", figure: "million.peak_rss_mb", unit: "MB", most: 250 },
  ],
  experiments: { scale: () => scaleExperiment(), million: () => millionExperiment() },
  parts: [
    { experiment: "scale", processes: 1, rounds: 12, share: 8.5, memoryOf: "process" },
    { experiment: "million", processes: 1, rounds: 1, share: 9, memoryOf: "million" },
  ],
});

const SIZES = {
  /** Waiting tasks, and rows of the ledger as far as `mostRows` allows, by variant. */
  queues: { n1e3: 1_000, n1e4: 10_000, n1e5: 100_000, n1e6: 1_000_000 } as Readonly<Record<string, number>>,
  /** Rows of the largest ledger: filling it takes some 10 s a million. */
  mostRows: 100_000,
  /** Objects that each block works off. */
  slice: 1_000,
  /** Objects of the bucket that is listed. */
  listed: 1_000,
  calibrations: 12,
};

type ScaleSizes = typeof SIZES;

const US_A_SECOND = 1e6;

/** Slices of new objects at four sizes, of ready ones, a listing, and the calibration. */
export function scaleExperiment(sizes = SIZES): Experiment {
  return {
    open: async (folder) => {
      const ledgers = await openLedgers(folder, sizes);
      // Not loaded for the million, whose memory counts.
      const { openListing } = await import("./listing.ts");
      const listing = await openListing(sizes.listed);
      const bare = new BareLookup(join(folder, `${sizes.mostRows}.db`));
      const blocks = blocksOf(sizes, { ledgers, bare, list: () => listing.read() });
      return {
        warmUps: 2,
        round: async (index) => withRate(await interleave(blocks, index, "us")),
        close: async () => {
          bare.close();
          await listing.close();
          for (const { ledger } of ledgers.values()) await ledger.close();
        },
      };
    },
  };
}

type Walk = () => { readonly from: number; readonly to: number };

/** A ledger that blocks walk over. */
interface Walked {
  readonly ledger: Ledger;
  readonly next: Walk;
}

/** One ledger for each size, the largest shared by those beyond it. */
async function openLedgers(folder: string, sizes: ScaleSizes): Promise<Map<number, Walked>> {
  const { queues, mostRows, slice } = sizes;
  const ledgers = new Map<number, Walked>();
  for (const rows of new Set(Object.values(queues).map((count) => Math.min(count, mostRows)))) {
    const path = join(folder, `${rows}.db`);
    if (!existsSync(path)) await fillLedger(path, rows);
    const ledger = await openSqliteLedger({ path, command: "prewarm bench" });
    ledgers.set(rows, { ledger, next: walk(rows, slice) });
  }
  return ledgers;
}

/** Slices of objects, each some way on from the last, so that no page comes twice in a row. */
function walk(rows: number, slice: number): Walk {
  let at = 0;
  return () => {
    const from = at;
    at = (from + 7 * slice) % Math.max(1, rows - slice);
    return { from, to: from + slice };
  };
}

interface Contenders {
  readonly ledgers: ReadonlyMap<number, Walked>;
  readonly bare: BareLookup;
  readonly list: () => Promise<number>;
}

function blocksOf(sizes: ScaleSizes, { ledgers, bare, list }: Contenders): Block[] {
  const { queues, mostRows, slice, listed, calibrations } = sizes;
  const walked = (count: number) => {
    const found = ledgers.get(Math.min(count, mostRows));
    if (!found) throw new Error(`no ledger of ${count}`);
    return found;
  };
  const ready = walked(mostRows);
  const nextBare = walk(mostRows, slice);
  const withinRows = ({ from, to }: ReturnType<Walk>) => [from, Math.min(to, mostRows)] as const;
  const block = (variant: string, items: number, run: Block["run"]): Block => ({
    variant,
    items,
    times: 3,
    run,
  });
  return [
    ...Object.entries(queues).map(([variant, depth]) => {
      const { ledger, next } = walked(depth);
      const queue = queueOf(depth);
      return block(variant, slice, () => planNew(ledger, queue, { ...next(), depth }));
    }),
    block("ready", slice, () => planReady(ready.ledger, ...withinRows(ready.next()))),
    block("listing", listed, list),
    block("calibration", calibrations * CALIBRATION_ITEMS, () => calibrate(calibrations)),
    block("bare", slice, () => bare.read(...withinRows(nextBare()))),
  ];
}

/** The target is in objects a second. */
function withRate(round: Round): Round {
  const us = round.ready?.wall_us_per_item;
  return us === undefined ? round : { ...round, ready: { ...round.ready, objects_per_s: US_A_SECOND / us } };
}

/** Tasks that wait at most: the default of `--max-queue`. */
const WAITING = 500;

/** So many new objects through plan, ledger and a queue of the usual length, once: what counts is the memory of its process. */
export function millionExperiment(objects = 1_000_000): Experiment {
  return {
    open: async (folder) => {
      const ledger = await openSqliteLedger({ path: join(folder, "ledger.db"), command: "prewarm bench" });
      return {
        warmUps: 0,
        round: async () => {
          const way = { from: 0, to: objects, depth: WAITING };
          const { cpuMs, wallMs } = await measure(() => planNew(ledger, emptyQueue(), way));
          return {
            million: {
              cpu_us_per_item: (cpuMs * 1_000) / objects,
              objects_per_s: (objects * 1_000) / wallMs,
            },
          };
        },
        close: () => ledger.close(),
      };
    },
  };
}
