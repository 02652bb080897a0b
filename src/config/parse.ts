import { isIP } from "node:net";
import { LIMITS } from "../domain/limits.ts";
import type { PackRule } from "../domain/pack-rule.ts";
import { BadValue } from "./bad-value.ts";

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `5m`, `1h30m`, `250ms`; a bare number is seconds. Answers milliseconds. */
export function duration(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text)
    throw new BadValue("a duration such as 90s, 5m or 1h30m");
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNIT_MS[unit ?? ""] ?? 0), 0);
}

/** A {@link duration} above 0. */
export function someTime(text: string): number {
  const ms = duration(text);
  if (ms <= 0) throw new BadValue("a duration above 0 such as 60s");
  return ms;
}

const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** `64MiB`, `500kB`, `2GB`; a bare number is bytes. */
export function byteSize(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i.exec(text) ?? [];
  const bytes = Math.round(Number(number) * (UNIT_BYTES[unit.toLowerCase()] ?? Number.NaN));
  if (!Number.isSafeInteger(bytes)) throw new BadValue("a size such as 64MiB, 500kB or 0");
  return bytes;
}

/** A whole number from `least`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most)
      throw new BadValue(
        most === Number.MAX_SAFE_INTEGER
          ? `a whole number from ${least}`
          : `a whole number from ${least} to ${most}`,
      );
    return value;
  };
}

export function onOff(text: string): boolean {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off|)$/i.test(text)) return false;
  throw new BadValue("1 or 0");
}

export function oneOf<T extends string>(...values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((each) => each === text);
    if (value === undefined) throw new BadValue(`one of ${values.join(", ")}`);
    return value;
  };
}

export function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** A host name or an address, without scheme and port; the brackets of an IPv6 address are dropped. */
export function hostName(text: string): string {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) === 0 && !/^[a-z\d]([a-z\d.-]*[a-z\d])?$/i.test(bare))
    throw new BadValue("a host name or address without port, such as 127.0.0.1");
  return bare;
}

/** What a lane goes by. `adaptive` starts at the documented pace. */
export type PaceSetting =
  | { readonly type: "adaptive" | "documented" }
  | { readonly type: "fixed"; readonly perMinute: number };

export function pace(text: string): PaceSetting {
  if (text === "adaptive" || text === "documented") return { type: text };
  const perMinute = Number(/^(\d+(?:\.\d+)?)\/min$/.exec(text)?.[1]);
  if (!(perMinute > 0))
    throw new BadValue("adaptive, documented, or a number of calls a minute such as 20/min");
  return { type: "fixed", perMinute };
}

/** Calls a minute over all chats of a bot; null for no such limit. */
export function botPace(text: string): number | null {
  if (text === "none") return null;
  const perSecond = Number(/^(\d+(?:\.\d+)?)\/s$/.exec(text)?.[1]);
  if (!(perSecond > 0)) throw new BadValue("none, or a number of calls a second such as 30/s");
  return perSecond * 60;
}

/** Whether several media go in one message, and how many at the most. */
export function packRule(text: string): PackRule {
  if (text === "auto" || text === "off") return { type: text };
  const most = Number(/^\d+$/.exec(text)?.[0]);
  if (!(most >= 2 && most <= LIMITS.pack.media))
    throw new BadValue(`auto, off, or a number of media in one message from 2 to ${LIMITS.pack.media}`);
  return { type: "up to", most };
}

/** `10`, or `5%` as a share. */
export function failuresBound(text: string): { count: number } | { share: number } {
  if (/^\d+$/.test(text)) return { count: Number(text) };
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (!(percent >= 0 && percent <= 100)) throw new BadValue("a number such as 10, or a share such as 5%");
  return { share: percent / 100 };
}

const MOMENT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/i;

/** A moment, as Unix milliseconds: so long before `now` (`24h`, `7d`), or a date, perhaps with a time, in UTC unless it says another zone. */
export function moment(now: number): (text: string) => number {
  return (text) => {
    if (/^\d.*[a-z]$/.test(text)) return now - duration(text);
    const zone = MOMENT.exec(text)?.[1];
    const at = MOMENT.test(text)
      ? Date.parse(`${text.replace(" ", "T")}${text.length > 10 && !zone ? "Z" : ""}`)
      : Number.NaN;
    if (Number.isNaN(at))
      throw new BadValue("a time such as 24h or 7d ago, or 2026-01-31, or 2026-01-31T12:30:00Z");
    return at;
  };
}
