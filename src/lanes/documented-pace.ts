import { LIMITS } from "../domain/limits.ts";
import type { ChatInfo } from "../telegram/port.ts";

/** How the pace of lanes is set (`--pace`). Calls a minute. */
export type PaceRule =
  | { readonly type: "adaptive" | "documented" }
  | { readonly type: "fixed"; readonly perMinute: number };

/** Calls a minute that Telegram documents for one bot in a chat of this type (sources at `LIMITS.pace`). */
export function documentedPace(type: ChatInfo["type"]): number {
  return type === "private" ? LIMITS.pace.privatePerMinute : LIMITS.pace.groupPerMinute;
}

/**
 * Calls a minute that a lane may be expected to make: the pace that is set; else, for an adaptive one, what an earlier run
 * learned (null when nothing); else the documented pace.
 */
export function expectedPace(rule: PaceRule, type: ChatInfo["type"], learned: number | null): number {
  if (rule.type === "fixed") return rule.perMinute;
  const documented = documentedPace(type);
  return rule.type === "adaptive" ? (learned ?? documented) : documented;
}
