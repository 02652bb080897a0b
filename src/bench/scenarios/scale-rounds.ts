import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Ledger } from "../../ledgers/port.ts";
import { openSqliteLedger } from "../../ledgers/sqlite.ts";
import { BareLookup } from "../contenders/bare-lookup.ts";
import { CALIBRATION_ITEMS, calibrate } from "../harness/calibration.ts";
import { fillLedger } from "../harness/fill-ledger.ts";
import { type Block, type Experiment, interleave, type Round } from "../harness/rounds.ts";
import { type ListingRows, openListing } from "./listing-rows.ts";
import { planNew, planReady, queueOf } from "./planning.ts";

export interface ScaleSizes {
  /** Waiting tasks, and rows of the ledger where {@link ScaleSizes.mostRows} allows, by variant. */
  readonly queues: Readonly<Record<string, number>>;
  /** Rows of the largest ledger: filling it takes some 10 s a million. */
  readonly mostRows: number;
  /** Objects that each block works off. */
  readonly slice: number;
  /** Objects of the bucket that is listed. */
  readonly listed: number;
  readonly calibrations: number;
}

const SIZES: ScaleSizes = {
  queues: { n1e3: 1_000, n1e4: 10_000, n1e5: 100_000, n1e6: 1_000_000 },
  mostRows: 100_000,
  slice: 1_000,
  listed: 1_000,
  calibrations: 12,
};

const TIMES = 3;

/** A place of a ledger; blocks walk over it, so that each looks at other pages. */
interface Part {
  readonly ledger: Ledger;
  readonly rows: number;
  at: number;
}

/** Slices of new objects at four sizes, of ready ones, a listing, and the calibration. */
export function scaleExperiment(sizes: ScaleSizes = SIZES, open = openListing): Experiment {
  return {
    open: async (folder) => {
      const ledgers = await openLedgers(folder, sizes);
      const listing = await open(sizes.listed);
      const bare = new BareLookup(join(folder, `${sizes.mostRows}.db`));
      const blocks = [...blocksOf(sizes, ledgers, listing), bareBlock(sizes, bare)];
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

/** One ledger for each size, the largest shared by those beyond it. */
async function openLedgers(folder: string, { queues, mostRows }: ScaleSizes): Promise<Map<number, Part>> {
  const parts = new Map<number, Part>();
  for (const rows of Object.values(queues).map((count) => Math.min(count, mostRows))) {
    if (parts.has(rows)) continue;
    const path = join(folder, `${rows}.db`);
    if (!existsSync(path)) await fillLedger(path, rows);
    parts.set(rows, { rows, at: 0, ledger: await openSqliteLedger({ path, command: "prewarm bench" }) });
  }
  return parts;
}

function blocksOf(sizes: ScaleSizes, ledgers: ReadonlyMap<number, Part>, listing: ListingRows): Block[] {
  const { queues, mostRows, slice, listed, calibrations } = sizes;
  const partOf = (count: number) => {
    const part = ledgers.get(Math.min(count, mostRows));
    if (!part) throw new Error(`no ledger of ${count}`);
    return part;
  };
  const plans = Object.entries(queues).map(([variant, depth]): Block => {
    const queue = queueOf(depth);
    const part = partOf(depth);
    return {
      variant,
      items: slice,
      times: TIMES,
      run: () => planNew(part.ledger, queue, { ...nextSlice(part, slice), depth }),
    };
  });
  const ready = partOf(mostRows);
  return [
    ...plans,
    { variant: "ready", items: slice, times: TIMES, run: () => readySlice(ready, slice) },
    { variant: "listing", items: listed, times: TIMES, run: () => listing.read() },
    {
      variant: "calibration",
      items: calibrations * CALIBRATION_ITEMS,
      times: TIMES,
      run: () => calibrate(calibrations),
    },
  ];
}

/** The reference walks over the largest ledger as the others do. */
function bareBlock({ mostRows, slice }: ScaleSizes, bare: BareLookup): Block {
  const place = { rows: mostRows, at: 0 };
  return {
    variant: "bare",
    items: slice,
    times: TIMES,
    run: () => {
      const { from, to } = nextSlice(place, slice);
      return bare.read(from, Math.min(to, mostRows));
    },
  };
}

/** The next objects of a ledger, some way on from the last, so that no page comes twice in a row. */
function nextSlice(part: Pick<Part, "rows" | "at">, slice: number): { from: number; to: number } {
  const from = part.at;
  part.at = (from + 7 * slice) % Math.max(1, part.rows - slice);
  return { from, to: from + slice };
}

function readySlice(part: Part, slice: number): Promise<number> {
  const { from } = nextSlice(part, slice);
  return planReady(part.ledger, from, Math.min(from + slice, part.rows));
}

const US_A_SECOND = 1e6;

/** The target is told in objects a second. */
function withRate(round: Round): Round {
  const us = round.ready?.wall_us_per_item;
  return us === undefined ? round : { ...round, ready: { ...round.ready, objects_per_s: US_A_SECOND / us } };
}
