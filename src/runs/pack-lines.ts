import type { LaneWords } from "../compose/packs.ts";

/** How lanes use packs, and why: a line for all that do so alike. */
export function packLines(lanes: readonly LaneWords[]): string[] {
  const alike = new Map<string, { readonly first: LaneWords; count: number }>();
  for (const each of lanes) {
    const same = alike.get(each.packs) ?? { first: each, count: 0 };
    same.count += 1;
    alike.set(each.packs, same);
  }
  return [...alike].map(([packs, { first, count }]) => {
    const more = count === 1 ? "" : ` and ${count - 1} more`;
    return `packs, ${first.bot} in ${first.chat}${more}: ${packs}`;
  });
}
