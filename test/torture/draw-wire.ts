import type { Random } from "../../src/sandbox/profiles.ts";
import { cannedOf } from "./canned.ts";
import { between, pick } from "./draw.ts";
import type { Link, Way, WireAct, WireFault } from "./wire-fault.ts";

/** How requests begin, and how many of a kind a round makes at least. */
const LINES: Readonly<Record<Link, readonly { readonly line: string; readonly most: number }[]>> = {
  r2: [
    { line: "^GET /media/?\\?", most: 2 },
    { line: "^GET /media/[^?]", most: 20 },
    { line: "^HEAD /media/", most: 6 },
    { line: "^(GET|HEAD) ", most: 20 },
  ],
  "bot-api": [
    { line: "^POST /bot[^/]+/send", most: 20 },
    { line: "^POST /bot[^/]+/send", most: 20 },
    { line: "^POST /bot[^/]+/get", most: 3 },
    { line: "^POST /bot", most: 25 },
  ],
  // Of what passes there nothing says what it is.
  postgres: [{ line: "", most: 40 }],
};

const WAYS: readonly Way[] = ["request", "answer"];
/** In the line, in the head, at the body's beginning, in the body. */
const OFFSETS = [0, 1, 20, 150, 400, 700, 5_000, 100_000, 900_000] as const;

/** Draws what happens to one exchange, on one of these links. */
export function drawWireFault(random: Random, links: readonly Link[] = ["r2", "bot-api"]): WireFault {
  const link = pick(random, links);
  const { line, most } = pick(random, LINES[link]);
  return { link, line, nth: Math.ceil(most * random() ** 2) || 1, act: drawAct(random, link) };
}

type Draw = (random: Random, link: Link) => WireAct;

const moment = (random: Random) => ({ way: pick(random, WAYS), after: pick(random, OFFSETS) });
const signalAt =
  (name: NodeJS.Signals): Draw =>
  (random) => ({ do: "signal", name, ms: between(random, 500, 3_000), ...moment(random) });
const instead: Draw = (random, link) => {
  const { name, refuses } = pick(random, cannedOf(link));
  return { do: "instead", answer: name, delivered: !refuses && random() < 0.5 };
};

const refuse: Draw = (random) => ({ do: "refuse", ms: between(random, 50, 1_500) });
const reset: Draw = (random) => ({ do: "reset", ...moment(random) });
const silent: Draw = (random) => ({ do: "silent", ...moment(random) });
const slow: Draw = (random) => ({
  do: "slow",
  way: pick(random, WAYS),
  piece: between(random, 20, 20_000),
  everyMs: between(random, 1, 60),
});
const late: Draw = (random) => ({ do: "late", ms: between(random, 100, 3_000) });
const cut: Draw = (random) => ({ do: "cut", after: pick(random, OFFSETS) });
const close: Draw = (random) => ({ do: "close", reset: random() < 0.5 });

const ACTS: readonly Draw[] = [
  refuse,
  reset,
  reset,
  silent,
  slow,
  late,
  cut,
  (random) => ({ do: "short", after: pick(random, OFFSETS) }),
  close,
  instead,
  instead,
  instead,
  (random) => ({ do: "other", delivered: random() < 0.7 }),
  signalAt("SIGKILL"),
  signalAt("SIGKILL"),
  signalAt("SIGSTOP"),
  signalAt("SIGTERM"),
];
/** What can happen where nothing is known of the bytes. */
const ACTS_ON_BYTES: readonly Draw[] = [
  refuse,
  reset,
  reset,
  silent,
  slow,
  late,
  cut,
  close,
  signalAt("SIGKILL"),
  signalAt("SIGSTOP"),
];

function drawAct(random: Random, link: Link): WireAct {
  return pick(random, link === "postgres" ? ACTS_ON_BYTES : ACTS)(random, link);
}
