import type { LookVerdict } from "./port.ts";

/** What of several verdicts on calls for one row counts, the first that one of them is. */
const ORDER: readonly LookVerdict["is"][] = ["found", "later", "open", "unchecked"];

/**
 * Judges a row by the verdicts on all calls that were lost for it. One message is enough; it is proved absent only where each of
 * them is; a call that may still be found keeps it from being sent again.
 */
export function rowVerdict(verdicts: readonly LookVerdict[]): LookVerdict {
  const first = ORDER.map((is) => verdicts.find((each) => each.is === is)).find((each) => each !== undefined);
  if (first?.is === "later") return { is: "later", at: Math.max(...verdicts.map(whenOf)) };
  if (first) return first;
  return verdicts.length > 0
    ? { is: "absent" }
    : { is: "unchecked", why: "nothing is written down of its call" };
}

function whenOf(verdict: LookVerdict): number {
  return verdict.is === "later" ? verdict.at : 0;
}
