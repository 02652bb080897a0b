import { expect, it } from "vitest";
import { seededRandom } from "../../../src/sandbox/profiles.ts";
import type { PassedRequest, ToldWait } from "../exchange.ts";
import { early, endedAlone, paces, type SeenPlace } from "./fleet-verdict.ts";
import { drawTrouble, lineOfTrouble } from "./troubles.ts";

const LANE = { bot: "7000001", chat: "-1001" };

function request(at: number, more: Partial<PassedRequest> = {}): PassedRequest {
  return { ...LANE, at, method: "sendDocument", ...more };
}

function place(
  nth: number,
  requests: readonly PassedRequest[],
  waits: readonly ToldWait[] = [],
  harmed = false,
): SeenPlace {
  return { nth, links: { "bot-api": { requests, waits } }, wasHarmed: () => harmed };
}

/** A call each three seconds, as the pace of a channel has it. */
const PACED = Array.from({ length: 25 }, (_, i) => request(i * 3_000));

it("counts the calls of a lane in a minute from any call on, whichever place made them", () => {
  const halves = [0, 1].map((half) =>
    place(
      half,
      PACED.filter((_, i) => i % 2 === half),
    ),
  );
  expect(paces(halves)).toEqual({ most: 20, wrongs: [] });
  const { most, wrongs } = paces([...halves, place(2, [request(30_001)])]);
  expect(most).toBe(21);
  expect(wrongs).toEqual([
    expect.stringMatching(/^7000001 in -1001 got 21 calls .* 30\.001\/3\/sendDocument /),
  ]);
  const others = [request(1, { chat: "-1002" }), request(1, { method: "getChat" }), request(1, { bot: "7" })];
  expect(paces([...halves, place(2, others)]).wrongs).toEqual([]);
});

it("finds a call before the end of a wait, by whichever place, unless what was learned may be lost", () => {
  const wait = { ...LANE, at: 10_000, seconds: 12 };
  const calls = [request(10_200), request(15_000), request(22_000)];
  expect(early([place(0, [], [wait]), place(1, calls)])).toEqual({
    waits: 1,
    wrongs: [expect.stringContaining("was called by place 2 7000 ms too early")],
  });
  expect(early([place(0, [], [wait], true), place(1, calls)])).toEqual({ waits: 1, wrongs: [] });
});

it("finds a worker that did not wait for its database", () => {
  const ended = (code: number | null, signal: NodeJS.Signals | null = null) =>
    endedAlone({
      ended: {
        code,
        signal,
        stdout: "",
        stderr: "prewarm 1 worker\nit cannot be reached\n",
        ms: 1,
        peakMb: 1,
      },
      sent: new Set(),
      hung: false,
    });
  expect(ended(1)).toEqual(["ended by itself with 1: it cannot be reached"]);
  expect([ended(143), ended(null, "SIGKILL")]).toEqual([[], []]);
});

it("draws every trouble, at every place and link", () => {
  const random = seededRandom(3);
  const all = Array.from({ length: 2_000 }, () => drawTrouble(random, 4));
  expect(new Set(all.map(({ what }) => what))).toEqual(
    new Set(["wire", "signal", "outage", "names", "skew", "restart"]),
  );
  const lines = all.map(lineOfTrouble).join("\n");
  for (const text of ["place 1", "place 4", "SIGSTOP", "postgres //", "429 text", "nothing passes"])
    expect(lines).toContain(text);
});
