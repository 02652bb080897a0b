import type { Candidates, OpenEnd } from "./candidates.ts";

/** What was found under an id: no message, one that is none of ours, or nothing that decides. */
export type Sight = "missing" | "other" | "unclear";

/**
 * Judges a call whose message is none of those that were seen. It is absent only where each id that it can have was asked for;
 * otherwise this says what is in the way.
 */
export function absence(
  { ids, open }: Candidates,
  seen: (id: number) => Sight | undefined,
): "absent" | "unclear" | OpenEnd {
  const isClear = (id: number) => seen(id) === "missing" || seen(id) === "other";
  return ids.every(isClear) ? (open ?? "absent") : "unclear";
}
