import { type Random, seededRandom } from "../../src/sandbox/profiles.ts";
import { between, pick } from "./draw.ts";
import { drawWireFault } from "./draw-wire.ts";
import { describe, type WireFault } from "./wire-fault.ts";

/** Where a round keeps its ledger. */
export type LedgerKind = "sqlite" | "postgres";

/** What becomes of an object while it is listed and read. */
export interface BucketChange {
  readonly what: "change" | "grow" | "delete";
  /** At the nth request for any object. */
  readonly nth: number;
}

/** Times of trouble in one life of a process, in real milliseconds after its start. */
interface Window {
  readonly what: "dns" | "skew";
  readonly fromMs: number;
  readonly ms: number;
  /** How far R2's clock is off meanwhile, in milliseconds; 0 for `dns`. */
  readonly byMs: number;
}

/** One process: what it gets at a random moment, and how it ends if it does not by itself. */
export interface LifePlan {
  readonly signal: { readonly name: NodeJS.Signals; readonly afterMs: number; readonly ms: number } | null;
  readonly window: Window | null;
  /** A worker is stopped after so long. */
  readonly ms: number;
}

/** All that is decided of a round before it begins. */
export interface RoundPlan {
  readonly seed: number;
  readonly ledger: LedgerKind;
  readonly pack: boolean;
  readonly command: "run" | "worker";
  readonly json: boolean;
  readonly transfer: "auto" | "upload" | "url";
  readonly documents: number;
  readonly photos: number;
  /** Bytes of an object that is streamed. */
  readonly largeBytes: number;
  readonly lives: readonly LifePlan[];
  readonly wire: readonly WireFault[];
  readonly changes: readonly BucketChange[];
}

/** What was asked for on the command line; null for what the seed decides. */
export interface Wish {
  readonly ledger: LedgerKind | null;
  readonly pack: boolean | null;
}

const HOUR_MS = 3_600_000;

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

/** The plan of a seed: the same one each time, but for what was asked for. */
export function planOf(seed: number, wish: Wish): RoundPlan {
  const random = seededRandom(seed);
  const drawn = { ledger: pick(random, ["sqlite", "postgres"] as const), pack: random() < 0.5 };
  const command = random() < 0.75 ? "run" : "worker";
  const lives = times(between(random, 1, 3), () => drawLife(random, command));
  return {
    seed,
    ledger: wish.ledger ?? drawn.ledger,
    pack: wish.pack ?? drawn.pack,
    command,
    json: random() < 0.5,
    transfer: pick(random, ["auto", "auto", "upload", "url"] as const),
    documents: between(random, 4, 16),
    photos: between(random, 4, 16),
    largeBytes: between(random, 1_100_000, 3_000_000),
    lives,
    wire: times(between(random, 2, 8), () => drawWireFault(random)),
    changes: random() < 0.5 ? times(between(random, 1, 3), () => drawChange(random)) : [],
  };
}

function drawLife(random: Random, command: "run" | "worker"): LifePlan {
  const name = pick(random, ["SIGKILL", "SIGKILL", "SIGTERM", "SIGINT", "SIGSTOP"] as const);
  const signal = { name, afterMs: between(random, 50, 3_000), ms: between(random, 200, 3_500) };
  const skew = { what: "skew" as const, byMs: pick(random, [HOUR_MS, -HOUR_MS, 2 * HOUR_MS]) };
  const dns = { what: "dns" as const, byMs: 0 };
  const window = {
    ...pick(random, [skew, dns]),
    fromMs: between(random, 0, 2_000),
    ms: between(random, 300, 2_500),
  };
  return {
    signal: random() < 0.5 ? signal : null,
    window: random() < 0.3 ? window : null,
    ms: command === "worker" ? between(random, 4_000, 9_000) : 0,
  };
}

function drawChange(random: Random): BucketChange {
  return { what: pick(random, ["change", "grow", "delete"] as const), nth: between(random, 1, 25) };
}

/** The plan in lines for people. */
export function linesOf(plan: RoundPlan): string[] {
  const { ledger, pack, command, transfer, documents, photos, largeBytes, lives, wire, changes } = plan;
  const flags = `${ledger}${pack ? ", packs" : ""}, ${command}${plan.json ? " --json" : ""} --transfer ${transfer}`;
  return [
    `${flags}; ${documents} documents, ${photos} photos, one object of ${largeBytes} bytes`,
    ...wire.map(describe),
    ...changes.map(({ what, nth }) => `r2: ${what} the object of read #${nth}`),
    ...lives.map(({ signal, window }, i) => `life ${i + 1}: ${signalText(signal)}${windowText(window)}`),
  ];
}

function signalText(signal: LifePlan["signal"]): string {
  if (signal === null) return "no signal";
  const more = signal.name === "SIGSTOP" ? `, SIGCONT ${signal.ms} ms later` : "";
  return `${signal.name} after ${signal.afterMs} ms${more}`;
}

function windowText(window: Window | null): string {
  if (window === null) return "";
  const what = window.what === "dns" ? "no name is found" : `R2's clock is off by ${window.byMs / HOUR_MS} h`;
  return `; ${what} from ${window.fromMs} ms on for ${window.ms} ms`;
}
