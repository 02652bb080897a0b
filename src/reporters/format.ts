import { DIRECTIONS, UNSEEN } from "../domain/shown-json.ts";
import { cells, splitAt } from "./cells.ts";

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `12345` as `12,345`. */
export function count(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A size in decimal units, three digits: `1.24 MB`. */
export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000;
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** A duration in its two largest units: `812 ms`, `2.1 s`, `20m 10s`, `1h 40m`, `3d 4h`. */
export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / SECOND).toFixed(1)} s`;
  const whole = Math.round(ms / SECOND) * SECOND;
  const part = (unit: number, of: number) => Math.floor((whole % of) / unit);
  if (whole < HOUR) return `${part(MINUTE, HOUR)}m ${part(SECOND, MINUTE)}s`;
  if (whole < DAY) return `${part(HOUR, DAY)}h ${part(MINUTE, HOUR)}m`;
  return `${Math.floor(whole / DAY)}d ${part(HOUR, DAY)}h`;
}

/** A time as one would write it in a flag, to the millisecond: `5m`, `1h30m`, `90s` as `1m30s`. */
export function interval(ms: number): string {
  let rest = Math.round(ms);
  const parts = [
    ["d", DAY],
    ["h", HOUR],
    ["m", MINUTE],
    ["s", SECOND],
    ["ms", 1],
  ] as const;
  const text = parts.map(([unit, size]) => {
    const whole = Math.floor(rest / size);
    rest -= whole * size;
    return whole > 0 ? `${whole}${unit}` : "";
  });
  return text.join("") || "0s";
}

/** A share of 1, rounded down so that only all of it is `100 %`. */
export function percent(share: number): string {
  return share >= 1 ? "100 %" : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** Items a minute: `38.2/min`. */
export function perMinute(pace: number): string {
  return `${pace >= 1000 ? count(pace) : pace.toFixed(1)}/min`;
}

/** Bytes a second: `1.24 MB/s`. */
export function perSecond(bytes: number): string {
  return `${size(bytes)}/s`;
}

/** What must not reach a terminal: controls and line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not reach a terminal
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** Text that can neither move the cursor, nor break, turn or hide a part of the line: keys and answers come from elsewhere. */
export function oneLine(text: string): string {
  return text.replace(CONTROLS, " ").replace(DIRECTIONS, "").replace(UNSEEN, codeOf);
}

/** A sign by its number, as `<U+200B>`. */
function codeOf(sign: string): string {
  return `<U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** At most `width` cells, the end cut off where it does not fit. */
export function cut(text: string, width: number): string {
  if (cells(text) <= width) return text;
  if (width < 1) return "";
  return width < 4 ? splitAt(text, width)[0] : `${splitAt(text, width - 3)[0]}...`;
}

/** Breaks text at blanks into lines of at most `width` cells; lines after the first are indented by two. */
export function wrap(text: string, width: number): string[] {
  return fold(text, width, "  ");
}

/** Breaks text at blanks into lines of at most `width` cells, a word that is longer anywhere; lines after the first begin with `indent`. */
export function fold(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((each) => pieces(each, Math.max(1, width - indent.length)))) {
    if (line.trim() !== "" && cells(line) + 1 + cells(word) > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A word in pieces of at most `width` cells. */
function pieces(word: string, width: number): string[] {
  const [head, rest] = splitAt(word, width);
  return rest === "" ? [head] : [head, ...pieces(rest, width)];
}
