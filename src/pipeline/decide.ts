import type { Selection } from "../domain/choices.ts";
import { isPermanent } from "../domain/failure.ts";
import type { EvenInDoubt } from "../domain/known-content.ts";
import type { SkipReason } from "../domain/skip-reasons.ts";
import type { Found } from "../ledgers/port.ts";

/** The flags that a decision depends on. */
export interface DecideRules {
  /** Warm what is ready, failed or unknown too. */
  readonly force: boolean;
  /** Warm again what is weak. */
  readonly retryWeak: boolean;
  /** `--only`: warm these states and skip all others in silence; what is unknown is looked for first, unless forced. */
  readonly only: readonly Selection[] | null;
  /** A worker, which comes back to an object, leaves what failed until it is due (`Found.error.retryAt`). A run tries at once. */
  readonly waits: boolean;
}

/** What else a decision depends on. */
export interface DecideFacts {
  /** The settings of this run for the entry at hand, as an attempt would write them down. */
  readonly settings: string;
  /** Unix milliseconds. */
  readonly now: number;
}

export type Decision =
  /**
   * `evenInDoubt`: also when its content turns out to be that of an earlier call in doubt. `isLost`: such a call was its own; its
   * message is to be looked for first.
   */
  | {
      readonly do: "warm";
      readonly replace: boolean;
      readonly evenInDoubt?: EvenInDoubt;
      readonly isLost?: true;
    }
  | { readonly do: "skip"; readonly reason: SkipReason }
  /** An old `unknown` or permanent `error` that is reported and not touched. */
  | { readonly do: "leave"; readonly status: "unknown" | "failed" }
  | { readonly do: "ignore" };

const WARM: Decision = { do: "warm", replace: false };
const REPLACE: Decision = { do: "warm", replace: true };
const EVEN_IN_DOUBT: Decision = { do: "warm", replace: false, evenInDoubt: "always" };
const LOST: Decision = { do: "warm", replace: false, evenInDoubt: "looked_for", isLost: true };

/** The table of `docs/promises.md`: what a run does with an object, by what the ledger knows of it. */
export function decide(found: Found, rules: DecideRules, facts: DecideFacts): Decision {
  if (rules.only) return decideOnly(found, rules.only, rules.force);
  if (rules.force) return decideForced(found);
  switch (found.state) {
    case "none":
      return WARM;
    case "under_way":
      return { do: "skip", reason: "in_flight_elsewhere" };
    case "unknown":
      return { do: "leave", status: "unknown" };
    case "error":
      return mayWorkNow(found, rules, facts) ? WARM : { do: "leave", status: "failed" };
    case "ready":
      return { do: "skip", reason: found.keyKnown ? "already_ready" : "duplicate_content" };
    case "weak":
      return rules.retryWeak ? REPLACE : { do: "skip", reason: "weak_kept" };
  }
}

function decideForced({ state }: Found): Decision {
  if (state === "under_way") return { do: "skip", reason: "in_flight_elsewhere" };
  return state === "ready" || state === "weak" ? REPLACE : EVEN_IN_DOUBT;
}

/** With `--force` what is unknown is sent again without a look, which is the way out where no look can decide. */
function decideOnly(found: Found, only: readonly Selection[], force: boolean): Decision {
  if (found.state === "unknown" && only.includes("unknown")) return force ? EVEN_IN_DOUBT : LOST;
  if (found.state === "error" && only.includes("failed")) return WARM;
  return found.state === "weak" && only.includes("weak") ? REPLACE : { do: "ignore" };
}

/** A permanent failure comes again unless a setting changed; rows of unknown class are given another try. */
function mayWorkNow({ error }: Found, { waits }: DecideRules, { settings, now }: DecideFacts): boolean {
  if (waits && now < (error?.retryAt ?? 0)) return false;
  if (!error?.class) return true;
  return !isPermanent({ class: error.class, reason: error.reason }) || error.settings !== settings;
}
