import type { Plot } from "../types.ts";
import { CHANGE_AT, type LaneCase, MINUTES, runLane } from "./pace-lanes.ts";

const MINUTE_MS = 60_000;

const LANES: readonly LaneCase[] = [
  { model: "token_bucket", absorbMs: 0, from: 35, to: 12 },
  { model: "sliding_minute", absorbMs: 0, from: 20, to: 60 },
  { model: "fixed_window", absorbMs: 4_000, from: 35, to: 35 },
];

/** One lane a model: its pace against the limit that it does not know, of the first seed. */
export function pacePlots(): Plot[] {
  return LANES.map((lane) => {
    const { posted, paces } = runLane(lane, "adaptive", 1);
    return {
      title: `${lane.model.replace("_", " ")}, ${lane.absorbMs / 1_000} s of silence (simulated)`,
      kind: "line",
      x: { label: "time", unit: "min" },
      y: { label: "messages", unit: "a minute" },
      series: [
        { name: "limit", limit: true, points: limitOf(lane) },
        { name: "pace", points: paces.map(([ms, pace]) => [ms / MINUTE_MS, pace] as const) },
        { name: "posted in the minute behind", points: behind(posted) },
      ],
    };
  });
}

function limitOf({ from, to }: LaneCase): (readonly [number, number])[] {
  return [
    [0, from],
    ...(from === to ? [] : [[CHANGE_AT, from] as const, [CHANGE_AT, to] as const]),
    [MINUTES, to],
  ];
}

function behind(posted: readonly number[]): (readonly [number, number])[] {
  const moments = Array.from({ length: 6 * (MINUTES - 1) + 1 }, (_, step) => MINUTE_MS + step * 10_000);
  return moments.map((ms) => [
    ms / MINUTE_MS,
    posted.filter((moment) => moment > ms - MINUTE_MS && moment <= ms).length,
  ]);
}
