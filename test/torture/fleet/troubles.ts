import type { Random } from "../../../src/sandbox/profiles.ts";
import { between, pick } from "../draw.ts";
import { drawWireFault } from "../draw-wire.ts";
import { describe, type Link, type WireFault } from "../wire-fault.ts";

const HOUR_MS = 3_600_000;

/** What happens to one place of a fleet, or to all; `nth` counts places from 0. */
export type Trouble =
  | { readonly what: "wire"; readonly nth: number; readonly fault: WireFault }
  | { readonly what: "signal"; readonly nth: number; readonly name: NodeJS.Signals; readonly ms: number }
  | {
      readonly what: "outage";
      readonly nth: number;
      readonly link: Link;
      readonly how: "refuse" | "hush";
      readonly ms: number;
    }
  | { readonly what: "names"; readonly nth: number; readonly ms: number }
  /** R2's clock is off by so much, for all. */
  | { readonly what: "skew"; readonly byMs: number; readonly ms: number }
  /** PostgreSQL is stopped, and started so much later. */
  | { readonly what: "restart"; readonly ms: number };

type Draw = (random: Random, nth: number) => Trouble;

const LINKS: readonly Link[] = ["r2", "bot-api", "postgres"];
const wire: Draw = (random, nth) => ({ what: "wire", nth, fault: drawWireFault(random) });
const atDatabase: Draw = (random, nth) => ({
  what: "wire",
  nth,
  fault: drawWireFault(random, ["postgres"]),
});
/** A wait of the next message that is sent from there. */
const flood: Draw = (random, nth) => {
  const answer = pick(random, ["429 parameters", "429 text"]);
  return {
    what: "wire",
    nth,
    fault: {
      link: "bot-api",
      line: "^POST /bot[^/]+/send",
      nth: 1,
      act: { do: "instead", answer, delivered: false },
    },
  };
};
const outage: Draw = (random, nth) => ({
  what: "outage",
  nth,
  link: pick(random, LINKS),
  how: pick(random, ["refuse", "hush"] as const),
  ms: between(random, 2_000, 50_000),
});
const ended: Draw = (random, nth) => ({
  what: "signal",
  nth,
  name: pick(random, ["SIGKILL", "SIGKILL", "SIGTERM"] as const),
  ms: 0,
});
/** Beyond the lease of half a minute. */
const stopped: Draw = (random, nth) => ({
  what: "signal",
  nth,
  name: "SIGSTOP",
  ms: between(random, 31_000, 60_000),
});

const DRAWS: readonly Draw[] = [
  ...Array.from({ length: 9 }, () => wire),
  ...Array.from({ length: 4 }, () => atDatabase),
  flood,
  flood,
  outage,
  outage,
  ended,
  ended,
  stopped,
  (random, nth) => ({ what: "names", nth, ms: between(random, 500, 20_000) }),
  (random) => ({
    what: "skew",
    byMs: pick(random, [HOUR_MS, -HOUR_MS]),
    ms: between(random, 1_000, 20_000),
  }),
  (random) => ({ what: "restart", ms: between(random, 500, 8_000) }),
];

/** Draws the next trouble of a fleet with so many places. */
export function drawTrouble(random: Random, places: number): Trouble {
  return pick(random, DRAWS)(random, Math.floor(random() * places));
}

/** A trouble as it is counted. */
export function nameOfTrouble(trouble: Trouble): string {
  switch (trouble.what) {
    case "signal":
      return `process: ${trouble.name}`;
    case "outage":
      return `${trouble.link}: ${trouble.how === "hush" ? "nothing passes" : "nobody listens"}`;
    case "restart":
      return "postgres: restarted";
    case "names":
      return "process: dns";
    case "skew":
      return "process: skew";
    default:
      return trouble.what;
  }
}

/** A trouble on one line. */
export function lineOfTrouble(trouble: Trouble): string {
  const where = "nth" in trouble ? `place ${trouble.nth + 1}: ` : "";
  if (trouble.what === "wire") return `${where}${describe(trouble.fault)}`;
  return `${where}${nameOfTrouble(trouble)} for ${trouble.ms} ms`;
}
