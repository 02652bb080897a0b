import { describe, expect, it } from "vitest";
import { type Failure, failure } from "../../../src/domain/failure.ts";
import type { Outcome } from "../../../src/pipeline/outcome.ts";
import { type AfterPack, afterPack } from "../../../src/pipeline/packs/after-pack.ts";
import type { PackCall } from "../../../src/pipeline/packs/pack-attempts.ts";
import { fateOf, isFlood, isOfMedium, isSuspect, readOf } from "../../../src/pipeline/packs/pack-fate.ts";
import type { PackTask } from "../../../src/pipeline/packs/reading.ts";

const TIMES = { started: 0, bodyEnd: 0, ended: 1 };
const WAIT = failure("flood_wait", "wait");
const TOO_LARGE = failure("photo_dimensions", "too large");

/** A call with the second, the third and the fifth of what was asked for, which failed; `named` says which medium of it. */
function refused(
  cause: Failure,
  named: number | null = null,
  places: readonly number[] = [1, 2, 4],
): PackCall {
  const then = afterPack(cause, named);
  return { places, answer: { ok: false, failure: cause, times: TIMES, medium: named }, then, uploadBytes: 9 };
}

const POSTED = postedCall();

function postedCall(): PackCall {
  const [answer, then] = [{ ok: true } as PackCall["answer"], null];
  return { places: [1], answer, then, uploadBytes: 9 };
}

const AGAIN = { result: { type: "packed_again" } } as unknown as Outcome;
const SENT = { result: { type: "sent" } } as unknown as Outcome;

describe("what a pack came to", () => {
  it.each<[string, PackCall | null, ReturnType<typeof fateOf>, boolean, boolean]>([
    ["was posted", POSTED, "posted", false, false],
    ["was refused for a medium that nobody names", refused(TOO_LARGE), "refused", true, false],
    ["was refused for one that is named", refused(TOO_LARGE, 1), "other", true, false],
    ["was refused for its size", refused(failure("body_refused", "413")), "other", false, false],
    ["met a wait", refused(WAIT), "other", false, true],
    ["was not called for", null, "other", false, false],
  ])("%s", (_, call, fate, ofMedium, flood) => {
    expect([fateOf(call), isOfMedium(call), call !== null && isFlood(call)]).toEqual([fate, ofMedium, flood]);
  });

  const RIGHTS = failure("no_rights", "not enough rights");
  it.each<[string, PackCall | null, Outcome | undefined, AfterPack["do"] | undefined, number[]]>([
    ["all of a pack of which nobody says which", refused(TOO_LARGE), AGAIN, "halve", [1, 2, 4]],
    ["the one that is named, by its place in the call", refused(TOO_LARGE, 2), AGAIN, "set apart", [4]],
    ["all that a chat turned away", refused(RIGHTS), AGAIN, "go singly", [1, 2, 4]],
    ["none of several whose body was too large", refused(failure("body_refused", "")), AGAIN, "shrink", []],
    ["the only one of such", refused(failure("body_refused", ""), null, [4]), AGAIN, "shrink", [4]],
    ["none that had to wait", refused(WAIT), AGAIN, "each", []],
    ["none that was sent", refused(TOO_LARGE), SENT, "halve", []],
    ["none without an outcome", refused(TOO_LARGE), undefined, "halve", []],
    ["none without a call", null, AGAIN, undefined, []],
    ["none of what was posted", POSTED, AGAIN, undefined, []],
  ])("makes suspect %s", (_, call, outcome, then, suspects) => {
    expect(call?.then?.do).toBe(then);
    expect((call?.places ?? [1]).filter((asked) => isSuspect(asked, call, outcome))).toEqual(suspects);
  });

  it("keeps what was read of a task that goes again as it was read", () => {
    const task = { read: { bytes: 7 } } as unknown as PackTask;
    const putOff = { result: { type: "put_off", ms: 0 } } as unknown as Outcome;
    expect([readOf(task, putOff), readOf(task, SENT), readOf(task, undefined)]).toEqual([
      task.read,
      undefined,
      undefined,
    ]);
  });
});
