import type { MediaKind } from "../../domain/media.ts";
import type { PackRule } from "../../domain/pack-rule.ts";
import type { PackableWork, PackOutlook } from "../../domain/work-forecast.ts";
import type { PackBounds } from "./fit.ts";
import type { Trust } from "./trust.ts";
import { packUse, provedUse } from "./use.ts";

/** Work of which it is known what of it may go several in one message; null where nothing is known of that. */
export interface WorkMix {
  readonly toWarm: number;
  readonly packable: readonly PackableWork[];
}

/**
 * How many objects a call carries on the average, 1 at least: as many as packs may hold, less for what goes by itself, for bounds of
 * URLs and bytes. Of a kind that is not proved none counts: its canary is one.
 */
function carried({ use, mostBytes }: PackBounds, work: WorkMix | null): number {
  if (!use.isProved) return 1;
  const isMany = ({ kind }: PackableWork) => use.kinds[kind] === "many";
  if (work === null || work.toWarm === 0) return Object.values(use.kinds).includes("many") ? use.most : 1;
  const packed = work.packable.filter(isMany);
  const [urls, uploads] = [
    sumOf(packed, (each) => each.urls),
    sumOf(packed, (each) => each.objects - each.urls),
  ];
  const byUrl = use.mostUrls === 0 ? 0 : urls;
  const byUpload = mostBytes === 0 ? 0 : uploads;
  const bytes = byUpload === 0 ? 0 : sumOf(packed, ({ uploadBytes }) => uploadBytes) / mostBytes;
  const packs = Math.max((byUrl + byUpload) / use.most, byUrl === 0 ? 0 : byUrl / use.mostUrls, bytes);
  return Math.max(1, work.toWarm / (work.toWarm - byUrl - byUpload + packs));
}

function sumOf(all: readonly PackableWork[], of: (each: PackableWork) => number): number {
  return all.reduce((sum, each) => sum + of(each), 0);
}

/** How many objects a call of a lane carries by what is proved of it, where nothing is known of the work. */
export function carriedBy(rule: PackRule, trust: Trust): number {
  const use = packUse(rule, trust);
  return carried({ use, mostBytes: use.mostBytes }, null);
}

/** What packs bring on lanes of which so much is proved, for some work. */
export interface PacksAhead {
  readonly state: PackOutlook["state"];
  readonly onTheWay: boolean;
  /** Objects that a call of each lane carries, in their order: now, and once all is proved that may be. */
  readonly now: readonly number[];
  readonly proved: readonly number[];
}

/** Looks ahead for these lanes; `mostBytes` are those of a server of this mode. Where packs of some are proved they are `proved`. */
export function packsAhead(
  rule: PackRule,
  lanes: readonly Trust[],
  mostBytes: number,
  work: WorkMix | null,
): PacksAhead {
  const uses = lanes.map((trust) => packUse(rule, trust));
  const by = (use: PackBounds["use"]) =>
    carried({ use, mostBytes: Math.min(mostBytes, use.mostBytes) }, work);
  const isProved = lanes.some((trust) => carriedBy(rule, trust) > 1);
  const state = isProved ? "proved" : (uses[0]?.why ?? "not_proved");
  return {
    state,
    onTheWay: state === "not_proved" && uses.some(({ most }) => most > 0),
    now: uses.map(by),
    proved: lanes.map((trust) => by(provedUse(rule, trust))),
  };
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
