import { distance } from "fastest-levenshtein";

/** The candidate that `word` was probably meant to be: at most a third of its letters wrong, or `most`; null when none is near. */
export function nearest(word: string, candidates: readonly string[], most?: number): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, wrong: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.wrong - b.wrong);
  const best = ranked[0];
  return best && best.wrong <= (most ?? Math.max(1, Math.floor(best.candidate.length / 3)))
    ? best.candidate
    : null;
}
