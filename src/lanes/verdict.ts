import type { MediaKind } from "../domain/media.ts";
import type { RefusedIn } from "../domain/task.ts";
import type { Lane } from "./lane.ts";
import type { Judgement } from "./port.ts";

/** Whether it was refused as media are; any other code comes from something in between. */
const REFUSED = 400;

/**
 * Judges a medium by what went through the lanes of its bot after they refused it: media of its kind, or at the end (`final`:
 * nothing follows) any media, or else a second refusal, in another lane.
 */
export function verdictOn(
  refusals: readonly RefusedIn[],
  kind: MediaKind,
  { lanes, final }: { readonly lanes: readonly Lane[]; readonly final: boolean },
): Judgement {
  const open = lanes.filter((lane) => lane.takes(kind));
  if (open.length === 0) return "nowhere";
  if (open.some(({ chat }) => refusals.every((refusal) => refusal.chat !== chat))) return "elsewhere";
  const mayBeIts = refusals.every(({ code }) => code === REFUSED);
  const since = (count: (lane: Lane) => number, then: (refusal: RefusedIn) => number) =>
    refusals.some((refusal) =>
      lanes.some((lane) => lane.chat === refusal.chat && count(lane) > then(refusal)),
    );
  if (
    mayBeIts &&
    since(
      (lane) => lane.passed.get(kind) ?? 0,
      ({ passedOfKind }) => passedOfKind,
    )
  )
    return "its own";
  if (!final) return "wait";
  const isRefusedTwice = new Set(refusals.map(({ chat }) => chat)).size > 1;
  return mayBeIts &&
    (isRefusedTwice ||
      since(
        ({ sent }) => sent,
        ({ passed }) => passed,
      ))
    ? "its own"
    : "unclear";
}
