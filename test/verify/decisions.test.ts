import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { failed, ok } from "../../src/domain/result.ts";
import type { LedgerRow } from "../../src/ledgers/columns.ts";
import { claimOf, isSameObject } from "../../src/verify/claim.ts";
import { ClaimCount, planOf } from "../../src/verify/count.ts";
import { afterAnswer } from "../../src/verify/files.ts";
import { cheaperWay } from "../../src/verify/r2-way.ts";
import { Sampler, sampleCount } from "../../src/verify/sample.ts";

describe("the cheaper way", () => {
  it.each([
    [1, 1, "head"],
    [12, 12, "head"],
    [13, 13, "list"],
    [12, 1_000_000, "head"],
    [12_500, 1_000_000, "head"],
    [12_501, 1_000_000, "list"],
    [1_000_000, 1_000_000, "list"],
  ])("for %i keys among %i is %s", (keys, listed, way) => {
    expect(cheaperWay({ keys, listed })).toBe(way);
  });
});

describe("an object", () => {
  it.each([
    ["the same ETag", { etag: "a", bytes: 1 }, { etag: "a", bytes: 1 }, true],
    ["an ETag in quotes and a weak one", { etag: '"a"', bytes: 1 }, { etag: "W/a", bytes: 1 }, true],
    ["another ETag of the same size", { etag: "a", bytes: 1 }, { etag: "b", bytes: 1 }, false],
    ["no ETag in the ledger, and the same size", { etag: null, bytes: 1 }, { etag: "b", bytes: 1 }, true],
    ["no ETag in the ledger, and another size", { etag: null, bytes: 1 }, { etag: "b", bytes: 2 }, false],
    ["no ETag of the server's, and another size", { etag: "a", bytes: 1 }, { etag: "", bytes: 2 }, false],
    ["nothing known", { etag: null, bytes: null }, { etag: "b", bytes: 2 }, true],
    ["no size of the server's", { etag: null, bytes: 1 }, { etag: "", bytes: undefined }, true],
  ])("with %s: is it the one that was sent?", (_, claim, there, same) => {
    expect(isSameObject(claim, there)).toBe(same);
  });
});

const ROW = {
  key: "a.jpg",
  bot: "main",
  kind: "photo",
  status: "ready",
  file_id: "id",
  sha256: "c",
  dead_at: null,
};

describe("a row of the ledger", () => {
  it.each([
    ["with an id", {}, true],
    ["with a dead one", { dead_at: "2026-01-31 12:30:05" }, false],
    ["that failed", { status: "error" }, false],
    ["that is unknown", { status: "unknown", file_id: null }, false],
    ["of a key without content", { bot: null, kind: null, status: null, file_id: null, sha256: null }, false],
    ["of a content without key", { key: null }, false],
    ["of a kind that is none", { kind: "poem" }, false],
  ])("%s: is there something to check?", (_, more, is) => {
    expect(claimOf({ ...ROW, ...more } as LedgerRow) !== null).toBe(is);
  });
});

const AWAY = failure("file_id_dead", "Bad Request: wrong file_id or the file is temporarily unavailable");
const DEAD = failure("file_id_dead", "Bad Request: wrong remote file identifier specified");
const FLOOD = failure("flood_wait", "Too Many Requests", { retryAfterMs: 4_000 });
const GATEWAY = failure("telegram_busy", "502");
const STRANGE = failure("refused_unclear", "Bad Request: something new");

describe("an answer to getFile", () => {
  const patience = { retries: 1, pauseMs: () => 100 };
  const fresh = { wasAway: false, tries: 0 };
  it.each([
    ["that it is there", ok(undefined), fresh, { is: "alive" }],
    ["that the id is wrong", failed(DEAD), fresh, { is: "dead", failure: DEAD }],
    ["that it may be away", failed(AWAY), fresh, { wasAway: true, tries: 0, pauseMs: 2_000 }],
    ["the same once more", failed(AWAY), { wasAway: true, tries: 0 }, { is: "dead", failure: AWAY }],
    ["to wait", failed(FLOOD), { wasAway: true, tries: 1 }, { wasAway: true, tries: 1, pauseMs: 4_001 }],
    ["of a gateway", failed(GATEWAY), fresh, { wasAway: false, tries: 1, pauseMs: 100 }],
    [
      "of a gateway once too often",
      failed(GATEWAY),
      { wasAway: false, tries: 1 },
      { is: "unclear", failure: GATEWAY },
    ],
    ["that does not pass", failed(failure("token_wrong", "Unauthorized")), fresh, { is: "unclear" }],
    ["that nobody knows", failed(STRANGE), { wasAway: false, tries: 1 }, { is: "unclear" }],
  ])("%s", (_, there, so, then) => {
    expect(afterAnswer(there, so, patience)).toMatchObject(then);
  });
});

describe("a sample", () => {
  it.each([
    [{ count: 10 }, 1_000, 10],
    [{ count: 10 }, 3, 3],
    [{ share: 0.01 }, 1_000, 10],
    [{ share: 0.01 }, 5, 1],
    [{ share: 0 }, 5, 0],
  ])("of %j out of %i has %i", (size, total, count) => {
    expect(sampleCount(size, total)).toBe(count);
  });

  it("takes exactly so many, all with the same chance, and nothing beyond what was counted", () => {
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const taken = Array.from({ length: 20 }, () => 0);
    for (let round = 0; round < 2_000; round++) {
      const sampler = new Sampler(5, 20, random);
      const picked = taken.map(() => sampler.takes());
      expect(picked.filter(Boolean)).toHaveLength(5);
      expect(sampler.takes()).toBe(false);
      for (const [at, isIn] of picked.entries()) taken[at] = (taken[at] ?? 0) + Number(isIn);
    }
    for (const times of taken) expect(Math.abs(times - 500)).toBeLessThan(100);
  });
});

describe("the plan of a check", () => {
  const claims = (bot: string, keys: readonly string[]) =>
    keys.map((key) => ({ ...claimOf({ ...ROW, key, bot } as LedgerRow), key, bot })) as never;
  const counted = () => {
    const count = new ClaimCount();
    count.add({ claims: claims("a", ["p/1", "p/2", "p/3"]), without: 1, keys: 5 });
    count.add({ claims: claims("b", ["p/3"]), without: 0, keys: 0 });
    return count;
  };

  it("asks all bots side by side, below what the keys have in common", () => {
    const plan = planOf(counted(), { sample: null, places: ["r2", "telegram"], perMinute: 60 });
    expect(plan).toEqual({
      ids: 4,
      of: 4,
      without: 1,
      way: "head",
      below: "p/",
      operations: { classA: 0, classB: 3 },
      calls: 4,
      callsPerMin: 120,
      etaSeconds: 3,
    });
  });

  it("asks neither for more than the sample nor where it is not to", () => {
    const plan = planOf(counted(), { sample: { count: 2 }, places: ["r2"], perMinute: 60 });
    expect(plan).toMatchObject({ ids: 2, of: 4, operations: { classB: 2 }, calls: 0, etaSeconds: 0 });
    const telegram = planOf(counted(), { sample: null, places: ["telegram"], perMinute: 60 });
    expect(telegram).toMatchObject({ way: null, operations: { classA: 0, classB: 0 }, calls: 4 });
  });
});
