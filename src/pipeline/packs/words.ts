import { MEDIA_KINDS, type MediaKind } from "../../domain/media.ts";
import type { PackRule } from "../../domain/pack-rule.ts";
import type { Trust } from "./trust.ts";
import { type PackUse, packUse } from "./use.ts";

/** What a user does to have packs proved: before a run, or where a worker holds the ledger, which a probe needs as well. */
export const PROVED_BY = {
  user: "`prewarm probe --yes` finds out, or --pack 50 on the way",
  worker: "--pack 50 (PREWARM_PACK=50) finds out on the way",
} as const;

/** Whether a lane of which so much is proved uses packs, and why, or what would have to be proved; for people, `by` one of {@link PROVED_BY}. */
export function packWords(rule: PackRule, trust: Trust, by: string = PROVED_BY.user): string {
  const use = packUse(rule, trust);
  switch (use.why) {
    case "off":
      return "not used (--pack off)";
    case "unsupported":
      return "not used: the server has no message of several media";
    case "media_count":
      return "not used: this chat counts media, so they bring nothing";
    case "rich_only":
      return "not used: ids that come in one serve nothing else";
    case "not_proved":
      return `not used: it is not proved ${missing(trust)}; ${by}`;
    case null:
      return `up to ${use.most} media in one message, ${grounds(use, trust)}`;
  }
}

function missing({ quota, ids }: Trust): string {
  const proved = MEDIA_KINDS.filter((kind) => ids[kind] === "ordinary");
  const all = [
    ...(quota === "messages" ? [] : ["whether this chat counts messages or media"]),
    ...(proved.length > 0 ? [] : ["whether ids that come in one serve as others do"]),
  ];
  return all.join(" and ");
}

function grounds(use: PackUse, { quota }: Trust): string {
  const { isProved, kinds } = use;
  const many = MEDIA_KINDS.filter((kind) => kinds[kind] === "many");
  const tried = MEDIA_KINDS.filter((kind) => kinds[kind] === "one");
  const again =
    quota === "stale" ? "it is proved again what this chat counts" : "it is proved what this chat counts";
  return [
    isProved ? "since this chat is proved to count messages" : `until ${again}`,
    ...boundsOf(use),
    ...(many.length > 0 ? [`ids are proved of ${named(many)}`] : []),
    ...(tried.length > 0 ? [`the first id of each other kind is tried`] : []),
  ].join("; ");
}

/** What was found out to be refused beyond. */
function boundsOf({ most, mostUrls, mostBytes }: PackUse): string[] {
  const urls = mostUrls === 0 ? "none of them by URL" : `at most ${mostUrls} of them by URL`;
  const mb = (mostBytes / 1e6).toFixed(1);
  const bytes = mostBytes === 0 ? "none of them by upload" : `uploads of at most ${mb} MB together`;
  return [...(mostUrls < most ? [urls] : []), ...(Number.isFinite(mostBytes) ? [bytes] : [])];
}

function named(kinds: readonly MediaKind[]): string {
  return kinds.map((kind) => `${kind}s`).join(", ");
}
