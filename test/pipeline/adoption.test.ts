import { expect, it } from "vitest";
import { Emitter } from "../../src/domain/events.ts";
import { LaneHeld, TakenElsewhere } from "../../src/domain/shared-work.ts";
import { Adoption, type AdoptionOptions } from "../../src/pipeline/adopt/adoption.ts";
import type { Planned } from "../../src/pipeline/plan.ts";
import { lane, NEVER, scene } from "../lanes/clocked-lanes.ts";

const POSTED = { chatId: "-1", messageId: 7, fileUniqueId: "AQAD", shown: {}, caption: { tag: null } };

/** What becomes of rows that one message shows, where a ledger begins no attempt and says why, within a minute. */
async function resolved({ keys, inPack, why }: { keys: string[]; inPack: boolean; why: Error }) {
  const { clock, lanes } = scene([lane("two", "-1")]);
  let begun = 0;
  const refuse = () => {
    begun += 1;
    return Promise.reject(why);
  };
  const ledger = {
    posted: async () => keys.map(() => ({ ...POSTED, inPack })),
    begin: refuse,
    beginAll: refuse,
  };
  const draining = new AbortController();
  const adoption = new Adoption({
    clock,
    lanes,
    ledger,
    chats: { wayTo: async () => "edit" },
    from: "one",
    settings: () => "",
    judge: { clock, ledger: { lookup: async () => [] } },
    limit: 9,
    events: new Emitter(),
    draining: draining.signal,
    aborting: NEVER,
    random: () => 0,
  } as unknown as AdoptionOptions);
  const page = keys.map((key) => ({
    type: "task",
    task: { bot: "two", kind: "photo", content: key, entry: { key, bytes: 9 }, queuedAt: 0, calls: 0 },
  })) as unknown as Planned[];
  const made: unknown[] = [];
  const all = (async () => {
    for await (const planned of adoption.resolve(page))
      for (const each of planned)
        made.push(each.type === "task" ? each.task.entry.key : each.type === "item" && each.item.reason);
  })();
  for (let s = 0; s < 60; s++) await clock.advance(1_000);
  draining.abort();
  await all;
  return { made: made.sort(), begun };
}

it("leaves a row to the process that is sending it, and hands the others of its message on", async () => {
  const why = new TakenElsewhere();
  expect(await resolved({ keys: ["a"], inPack: false, why })).toEqual({
    made: ["in_flight_elsewhere"],
    begun: 1,
  });
  const second = new TakenElsewhere(1);
  const keys = ["a", "b", "c"];
  expect(await resolved({ keys, inPack: true, why: second })).toEqual({
    made: ["a", "c", "in_flight_elsewhere"],
    begun: 1,
  });
});

it("waits for a lane that another process has", async () => {
  const { made, begun } = await resolved({ keys: ["a"], inPack: false, why: new LaneHeld(1_000) });
  expect(made).toEqual([]);
  expect(begun).toBeGreaterThan(1);
});
