import type { Cell, Tone } from "../../pages/report/table.ts";
import { count, duration, oneLine } from "../../reporters/format.ts";

/** Every text in it without line ends and control characters: names of people's own files and machines are not ours. */
export function cleaned<T>(value: T): T {
  return clean(value) as T;
}

function clean(value: unknown): unknown {
  if (typeof value === "string") return oneLine(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, clean(each)]));
}

/** What is shown where there is no number. */
export const NONE = "-";

/** Three digits, thousands apart: `1,234`, `56.7`, `8.90`, `0.0123`. A dash for anything that is not a number. */
export function number(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  const sign = value < 0 ? "-" : "";
  if (size >= 99.95 || Number.isInteger(value)) return `${sign}${count(size)}`;
  if (size >= 9.995) return `${sign}${size.toFixed(1)}`;
  if (size >= 0.9995) return `${sign}${size.toFixed(2)}`;
  return `${sign}${small(size)}`;
}

/** Three significant digits below 1, without an exponent down to a billionth. */
function small(size: number): string {
  return size < 1e-9 ? size.toExponential(1) : size.toFixed(Math.min(12, 2 - Math.floor(Math.log10(size))));
}

/** A value with its unit: `231/min`, `5.2x`, `99.1 %`, `804 ms`. */
export function amount(value: number | null, unit: string): string {
  const text = number(value);
  if (text === NONE || unit === "") return text;
  return unit === "x" ? `${text}x` : `${text} ${unit}`;
}

/** A share as a percentage with one digit: `+12.3 %`, `-4.0 %`. */
export function signed(share: number | null): string {
  if (share === null || !Number.isFinite(share)) return NONE;
  return `${share < 0 ? "-" : "+"}${plainPercent(Math.abs(share))}`;
}

export function plainPercent(share: number): string {
  const percent = share * 100;
  return `${percent >= 99.95 ? count(percent) : percent.toFixed(1)} %`;
}

/** `± 2.1 %`, in plain characters; empty where it is not known. */
export function plusMinus(share: number | null): string {
  return share === null || !Number.isFinite(share) ? "" : `+-${plainPercent(share)}`;
}

const SAME = 0.02;

/** A ratio as people say it: `5.20x better`, `0.05x, 20.0x better`. Within 2 % of 1 it is the same. */
export function ratioCell(ratio: number, better: "higher" | "lower"): Cell {
  if (!Number.isFinite(ratio)) return cell(NONE, "plain");
  const shown = `${number(ratio)}x`;
  const factor = better === "higher" ? ratio : 1 / ratio;
  if (Math.abs(factor - 1) < SAME) return cell(`${shown}, the same`, "plain");
  const way = factor > 1 ? "better" : "worse";
  const times = `${number(factor > 1 ? factor : 1 / factor)}x`;
  return cell(`${times === shown ? shown : `${shown}, ${times}`} ${way}`, factor > 1 ? "good" : "bad");
}

export function cell(text: string, tone: Tone): Cell {
  return { text, tone };
}

const UNIT_WORDS = /^(?:ns|us|ms|s|mb|kb|bytes|pct|percent)$/;
const NAMES: Readonly<Record<string, string>> = {
  cpu: "CPU",
  rss: "RSS",
  p50: "P50",
  p95: "P95",
  p99: "P99",
};

/** `cpu_us_per_item` as `CPU per item`: the unit is shown with the value. */
export function metricTitle(name: string): string {
  const words = name
    .replace(/_per_(?:min|minute|s|second)$/, "")
    .split("_")
    .filter((word) => !UNIT_WORDS.test(word));
  return (words.length > 0 ? words : [name]).map((word) => NAMES[word] ?? word).join(" ");
}

/** `12 rounds in 4.1 s`. */
export function effort(rounds: number, seconds: number): string {
  return `${count(rounds)} ${rounds === 1 ? "round" : "rounds"} in ${duration(seconds * 1000)}`;
}
