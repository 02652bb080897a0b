import { layerOf, placeIn } from "../config/origin.ts";
import { type Failure, nextStep } from "../domain/failure.ts";
import type { Report } from "./check.ts";

type More = Omit<Report, "status" | "found" | "next">;

export function pass(found: string, more: More & { readonly next?: string } = {}): Report {
  return { status: "pass", found, ...more };
}

export function warn(found: string, next: string, more: More = {}): Report {
  return { status: "warn", found, next, ...more };
}

export function fail(found: string, next: string, more: More = {}): Report {
  return { status: "fail", found, next, ...more };
}

/** It could not be checked. */
export function unknown(found: string, next: string, more: More = {}): Report {
  return { status: "unknown", found, next, ...more };
}

/** Not looked at, since what it is about is not there. */
export function skipped(found: string, more: More = {}): Report {
  return { status: "skipped", found, ...more };
}

/** Trouble that says nothing about the configuration: the other side is busy or ill. */
function isPassing({ class: cls, reason }: Failure): boolean {
  return cls === "flood" || cls === "transient" || cls === "in_doubt" || reason === "answer_lost";
}

/** A question that was not asked, since a wait that the ledger remembers is not over; `pace-frozen` tells of it. */
function isHeldBack({ class: cls, code }: Failure): boolean {
  return cls === "flood" && code === undefined;
}

/**
 * A failure of a part as a report: what was not asked is skipped, what may pass is `unknown`, everything else fails.
 */
export function ofFailure(
  failure: Failure,
  next: string = nextStep(failure.reason),
  more: More = {},
): Report {
  if (isHeldBack(failure)) return skipped(failure.message, more);
  const make = isPassing(failure) ? unknown : fail;
  return make(failure.message, next, { ...more, reason: failure.reason });
}

/** How a value is set where it was found: an `export`, a line of `.env`, a flag, a member of prewarm.config.json. */
export function setStep(origin: string | undefined, name: string, value: string, line?: number): string {
  const quoted = /^[\w.,:/@%+-]*$/.test(value) ? value : quotedIn(origin, value);
  return settingStep({ origin, line }, name, quoted);
}

/** Each place has quotes of its own; a `.env` has no escapes. */
function quotedIn(origin: string | undefined, value: string): string {
  const layer = origin && layerOf(origin);
  if (layer === "file") return JSON.stringify(value);
  if (layer === "dotenv" && value.includes("'")) return `"${value}"`;
  return `'${value.replaceAll("'", "'\\''")}'`;
}

/** Where a value stands, or belongs. */
export interface ValuePlace {
  readonly origin: string | undefined;
  /** Of `.env`. */
  readonly line?: number | undefined;
}

/** As {@link setStep}, for a value that is written as it is: a placeholder such as `<name>`. */
export function settingStep({ origin, line }: ValuePlace, name: string, written: string): string {
  const byExport = `export ${name}=${written}`;
  if (origin === undefined) return byExport;
  switch (layerOf(origin)) {
    case "dotenv":
      return line === undefined
        ? `write this line into ${placeIn(origin)}: ${name}=${written}`
        : `write line ${line} of ${placeIn(origin)} as ${name}=${written}`;
    case "secret_file":
      return `write ${written} into ${origin.slice("file ".length)}`;
    case "flag":
      return `give ${origin} ${written}`;
    case "file":
      return `set it to ${written} in ${origin}`;
    default:
      return byExport;
  }
}
