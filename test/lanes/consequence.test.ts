import { expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { Reason } from "../../src/domain/reasons.ts";
import { laneConsequence } from "../../src/lanes/consequence.ts";

it.each<[Reason, object, object | null]>([
  ["flood_wait", { retryAfterMs: 7_000 }, { do: "freeze", ms: 7_000 }],
  ["chat_migrated", { migrateTo: "-1005" }, { do: "move", chat: "-1005" }],
  ["chat_migrated", {}, { do: "close" }],
  ["kind_not_allowed", {}, { do: "close-kind" }],
  ["bot_kicked", {}, { do: "close" }],
  ["token_wrong", {}, null],
  ["r2_denied", {}, null],
  ["connect_failed", {}, null],
  ["media_refused", {}, null],
  ["answer_lost", {}, null],
])("a call that failed for %s %j means for its lane: %j", (reason, more, wanted) => {
  expect(laneConsequence(failure(reason, "", more))).toEqual(wanted);
});
