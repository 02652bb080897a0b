import { describe, expect, it } from "vitest";
import { backlogEta } from "../../src/lanes/backlog.ts";
import type { LaneMemory } from "../../src/ledgers/lane-memory.ts";

const LIMITS = { concurrency: 5, measured: { transferMs: 100, bytesPerSecond: null } };

const lane = (chat: string, more: Partial<LaneMemory> = {}): LaneMemory => ({
  ...{ bot: "default", chat, frozenUntil: 0, pace: null, paceAt: null, migratedTo: null },
  ...more,
});

describe("how long a backlog takes", () => {
  it("is reckoned at what lanes learned, else at the documented pace of their kind of chat", () => {
    const lanes = [lane("-1001", { pace: 40 }), lane("-1002"), lane("77")];
    expect(backlogEta(240, lanes, LIMITS)).toEqual({ perMinute: 120, etaSeconds: 120 });
  });

  it("leaves out chats that became others, and knows nothing without a lane", () => {
    const gone = lane("-44", { migratedTo: "-1001" });
    expect(backlogEta(20, [gone, lane("-1001")], LIMITS)).toEqual({ perMinute: 20, etaSeconds: 60 });
    expect(backlogEta(20, [gone], LIMITS)).toEqual({ perMinute: 0, etaSeconds: null });
    expect(backlogEta(0, [], LIMITS)).toEqual({ perMinute: 0, etaSeconds: null });
  });

  it("is no shorter than a bot may be fast over all chats", () => {
    const lanes = Array.from({ length: 200 }, (_, i) => lane(`-${i}`));
    expect(backlogEta(1_800, lanes, LIMITS)).toEqual({ perMinute: 1_800, etaSeconds: 60 });
  });

  it("is as short as what is proved of packs allows", () => {
    const lanes = [lane("-1001"), lane("-1002")];
    const inCallOf = ({ chat }: LaneMemory) => (chat === "-1001" ? 20 : 1);
    expect(backlogEta(840, lanes, { ...LIMITS, inCallOf })).toEqual({ perMinute: 420, etaSeconds: 120 });
  });

  it("is no shorter than so many transfers at once can be", () => {
    const lanes = Array.from({ length: 25 }, (_, i) => lane(`-${i}`));
    const measured = { transferMs: 2_000, bytesPerSecond: null };
    expect(backlogEta(300, lanes, { concurrency: 5, measured })).toEqual({ perMinute: 150, etaSeconds: 120 });
  });
});
