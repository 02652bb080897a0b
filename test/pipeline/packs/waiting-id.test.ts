import { expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { ItemStatus } from "../../../src/domain/outcome.ts";
import { openLookForecast } from "../../../src/looks/forecast.ts";
import { LostRows } from "../../../src/pipeline/lost-rows.ts";
import { BOT, openPackLine, type PackLine, type PackLineOptions } from "./pack-line.ts";

const LOST = failure("answer_lost", "no answer came when its id was tried");

/** A line after a pack of one document in doubt, whose id waits: its message is there. */
async function inDoubt(options: PackLineOptions = {}) {
  return inDoubtOf(await openPackLine(options));
}

async function inDoubtOf(line: PackLine): Promise<PackLine> {
  await line.send(["a"]);
  line.packs.tried(BOT, "document", "open", "");
  const [id] = await line.ledger.unproved([BOT]);
  if (!id) throw new Error("none waits");
  await line.ledger.leaveUnproved(id.attempt, LOST);
  return line;
}

/** Asks for the object once more; returns what becomes of it, and how its answer was resolved. */
async function askAgain(line: PackLine): Promise<(readonly [ItemStatus | "task", string | undefined])[]> {
  const rows = new LostRows({
    ...line,
    looks: {
      ask: async (calls) => {
        if (calls.length > 0) throw new Error("there is no lost call to look for");
      },
      clear: async () => {},
      idle: async () => {},
    },
    runBots: { configured: [BOT], warming: [BOT] },
    judge: line as never,
    draining: line.stop.draining,
    remove: null,
    judgeId: (each) => line.trials.judge(each),
  });
  const made: (readonly [ItemStatus | "task", string | undefined])[] = [];
  const work = async () => {
    for await (const planned of rows.resolve([line.taskOf("a")]))
      for (const each of planned)
        made.push(
          each.type === "task" ? ["task", each.task.resolved] : [each.item.status, each.item.resolved],
        );
  };
  await line.through(work());
  return made;
}

it("is tried once more where its object is asked for again, and kept where it serves", async () => {
  const line = await inDoubt();
  expect(await askAgain(line)).toEqual([["ready", "found"]]);
  expect([line.methods(), line.states(), line.posted()]).toEqual([
    ["pack", "send", "delete"],
    ["ready"],
    [1],
  ]);
});

it("is tried once more also where an earlier call for it was lost, whose message was looked for and is not there", async () => {
  const line = await openPackLine();
  const permit = line.permit();
  const attempt = await line.ledger.begin(line.attempts.factsOf(line.taskOf("a"), permit));
  permit.drop();
  await line.ledger.doubt(attempt, LOST);
  await line.ledger.closeLost(attempt, "absent");
  await inDoubtOf(line);
  expect(await askAgain(line)).toEqual([["ready", "found"]]);
  expect([line.methods(), line.states(), line.posted()]).toEqual([
    ["pack", "send", "delete"],
    ["absent", "ready"],
    [1],
  ]);
});

it("is none of what a dry run says would be sent", async () => {
  const line = await inDoubt();
  const forecast = openLookForecast({
    ...line,
    bots: [BOT],
    patience: { afterMs: 0, longestCallMs: 0 },
    paceIn: () => 20,
  });
  expect(await forecast.plan([line.taskOf("a")])).toEqual([{ is: "look" }]);
  expect(forecast.forecast()).toMatchObject({ look: 1, sent: 0, unchecked: {} });
});

it("is dropped where it serves nothing else, and its object is sent again", async () => {
  const line = await inDoubt();
  line.server.control({ rich: { ids: "rich_only" } });
  line.server.control({ dead: { all: true } });
  expect(await askAgain(line)).toEqual([["task", "sent"]]);
  expect([line.methods(), line.states()]).toEqual([["pack", "send"], ["discarded"]]);
});

it("waits on where no answer comes again: its object is not sent without a look", async () => {
  const line = await inDoubt({
    faults: [{ match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
  });
  expect(await askAgain(line)).toEqual([["unknown", undefined]]);
  expect(await askAgain(line)).toEqual([["unknown", undefined]]);
  expect([line.methods(), line.states(), line.posted()]).toEqual([["pack", "send"], ["unproved"], [1, 2]]);
});
