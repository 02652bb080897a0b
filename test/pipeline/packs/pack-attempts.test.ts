import { expect, it } from "vitest";
import { OwnAnswers } from "../../../src/pipeline/own-answers.ts";
import { PackAttempts } from "../../../src/pipeline/packs/pack-attempts.ts";
import { trustOf } from "../../../src/pipeline/packs/trust.ts";
import { type PackUse, packUse } from "../../../src/pipeline/packs/use.ts";
import { openLine } from "../line.ts";

/** Packs of documents that are proved, and none. */
const [PROVED, NONE] = ([{ type: "auto" }, { type: "off" }] as const).map((rule) => {
  const proofs = ["quota messages", "ids:document ordinary", "keeps 50"].map((text) => {
    const [what = "", result = ""] = text.split(" ");
    return { bot: "default", scope: "*", what, result, evidence: {}, at: 0 };
  });
  return packUse(rule, trustOf(proofs, { bot: "default", chat: "-1", type: "channel" }, 0));
}) as [PackUse, PackUse];

it("that were written down for a call that may not go any more end as such, but for what is in doubt for others meanwhile", async () => {
  const line = await openLine();
  const { clock, events, ledger, transfers, attempts, stop, lanes } = line;
  const uses = [PROVED, NONE];
  const parts = { clock, events, ledger, transfers, attempts, stop, answers: new OwnAnswers() };
  const packs = new PackAttempts({ ...parts, useOf: () => uses.shift() ?? NONE });
  const tasks = ["a", "b"].map((key) => line.taskOf(key));
  const permit = lanes.take(tasks[0]?.bot ?? "", "document", clock.now(), 0);
  if (!permit) throw new Error("no lane is free");
  const made = packs.make(
    tasks.map((task) => ({ task, read: undefined })),
    permit,
    { use: PROVED, mostBytes: 1_000_000 },
  );
  await line.live(5_000);
  const { outcomes, call } = await made;
  expect([call, outcomes.length, line.attemptStates()]).toEqual([null, 2, ["sending", "sending"]]);
  // As another process does with what one has left that stands still.
  line.sql("update prewarm_attempts set state = 'unknown' where r2_key = 'b' returning id");
  const settled = outcomes.map((outcome, nth) =>
    line.settlement.settle(line.taskOf(["a", "b"][nth] ?? ""), outcome, { queue: 0, lane: 0 }),
  );
  expect((await Promise.all(settled)).map((again) => again?.entry.key)).toEqual(["a", undefined]);
  expect(line.attemptStates()).toEqual(["retry", "unknown"]);
  expect(line.told.item.map(({ key, status, reason }) => [key, status, reason])).toEqual([
    ["b", "unknown", "process_died"],
  ]);
});
