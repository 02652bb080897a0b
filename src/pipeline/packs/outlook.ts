import { LIMITS } from "../../domain/limits.ts";
import type { MediaKind } from "../../domain/media.ts";
import type { PackRule } from "../../domain/pack-rule.ts";
import type { PackOutlook } from "../../domain/work-forecast.ts";
import type { Trust } from "./trust.ts";
import { packUse } from "./use.ts";

/** A lane that can be sent to, with what is proved of it. */
export interface LaneOutlooked {
  /** Calls a minute. */
  readonly perMinute: number;
  readonly trust: Trust;
}

/**
 * What packs bring on these lanes. Where some are proved, those alone count; else it is what all would bring if messages count, or why
 * they will not.
 */
export function packOutlook(rule: PackRule, lanes: readonly LaneOutlooked[]): PackOutlook {
  const uses = lanes.map(({ perMinute, trust }) => ({ perMinute, trust, use: packUse(rule, trust) }));
  const proved = uses.filter(({ use }) => use.most > 0 && use.isProved);
  if (proved.length > 0) {
    const perMin = uses.reduce(
      (sum, { perMinute, use }) => sum + perMinute * (use.isProved ? Math.max(1, use.most) : 1),
      0,
    );
    return { perMin, state: "proved" };
  }
  const wanted = rule.type === "up to" ? rule.most : LIMITS.pack.media;
  const perMin = uses.reduce(
    (sum, { perMinute, trust }) => sum + perMinute * Math.min(wanted, trust.keeps),
    0,
  );
  return { perMin, state: uses[0]?.use.why ?? "not_proved" };
}

/** A lane with the kinds that are to be warmed for its bot. */
export interface LaneToProve {
  readonly bot: string;
  readonly trust: Trust;
}

/** How many ids are tried on the way, one for each kind of a bot that some lane puts into packs and that is not proved. */
export function canariesOf(
  rule: PackRule,
  lanes: readonly LaneToProve[],
  kinds: ReadonlyMap<string, ReadonlySet<MediaKind>>,
): number {
  const tried = lanes.flatMap(({ bot, trust }) => {
    const use = packUse(rule, trust);
    const wanted = use.most > 0 ? [...(kinds.get(bot) ?? [])] : [];
    return wanted.filter((kind) => use.kinds[kind] === "one").map((kind) => `${bot} ${kind}`);
  });
  return new Set(tried).size;
}
