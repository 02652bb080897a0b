import type { Simulated } from "../../src/bench/scenarios/lane-simulation.ts";

const WIDTH = 860;
const HEIGHT = 300;
const LEFT = 50;
const TOP = 40;
const BOTTOM = 40;
const STEP_MS = 2_000;

export interface Plot {
  readonly title: string;
  readonly minutes: number;
  /** True limit from a moment on: [milliseconds, calls a minute]. */
  readonly limit: readonly (readonly [number, number])[];
  readonly run: Simulated;
}

/** A picture of the pace (line) against the limit (grey steps), messages of the minute behind (dots), refusals (red marks). */
export function plotPace({ title, minutes, limit, run }: Plot): string {
  const endMs = minutes * 60_000;
  const most = Math.max(...limit.map(([, value]) => value)) * 1.8;
  const x = (ms: number) => (LEFT + (ms / endMs) * (WIDTH - LEFT - 15)).toFixed(1);
  const y = (value: number) =>
    (HEIGHT - BOTTOM - (Math.min(value, most) / most) * (HEIGHT - BOTTOM - TOP)).toFixed(1);
  const path = (points: readonly (readonly [number, number])[]) =>
    points.map(([ms, value], index) => `${index === 0 ? "M" : "L"}${x(ms)} ${y(value)}`).join("");
  const steps = limit.flatMap(
    ([ms, value], index) =>
      [
        [ms, value],
        [limit[index + 1]?.[0] ?? endMs, value],
      ] as const,
  );
  const moments = Array.from({ length: endMs / STEP_MS }, (_, index) => (index + 1) * STEP_MS);
  const behind = moments.filter((ms) => ms >= 60_000 && ms % 10_000 === 0);
  const count = (ms: number) => run.posted.filter((moment) => moment > ms - 60_000 && moment <= ms).length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title><rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${LEFT}" y="18" font-size="14">${title}</text>`,
    legend(),
    ...Array.from({ length: minutes + 1 }, (_, minute) => axisX(x(minute * 60_000), minute)),
    ...limit.map(([, value]) => `<text x="${LEFT - 8}" y="${y(value)}" text-anchor="end">${value}</text>`),
    `<path d="${path(steps)}" fill="none" stroke="#bbb" stroke-width="6"/>`,
    ...behind.map((ms) => `<circle cx="${x(ms)}" cy="${y(count(ms))}" r="2.5" fill="#2a7"/>`),
    `<path d="${path(run.paces)}" fill="none" stroke="#05c" stroke-width="1.5"/>`,
    ...run.refused.map((ms) => `<path d="M${x(ms)} ${HEIGHT - BOTTOM}v-14" stroke="#d22" stroke-width="3"/>`),
    "</svg>",
    "",
  ].join("\n");
}

function axisX(x: string, minute: number): string {
  const y = HEIGHT - BOTTOM;
  return `<path d="M${x} ${TOP}V${y}" stroke="#eee"/><text x="${x}" y="${y + 16}" text-anchor="middle">${minute}</text>`;
}

function legend(): string {
  const y = HEIGHT - 6;
  const items = [
    ["#bbb", "limit, a minute"],
    ["#05c", "pace"],
    ["#2a7", "posted in the minute behind"],
    ["#d22", "429"],
  ] as const;
  const words = items.map(([colour, word]) => `<tspan fill="${colour}">■</tspan> ${word}`).join("   ");
  return `<text x="${LEFT}" y="${y}">${words}   (minutes across)</text>`;
}
