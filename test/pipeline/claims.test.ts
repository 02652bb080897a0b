import { describe, expect, it } from "vitest";
import { provisionalId } from "../../src/domain/content.ts";
import type { Task } from "../../src/domain/task.ts";
import type { Query } from "../../src/ledgers/port.ts";
import { Claims, InFlight, RecentlyFinished } from "../../src/pipeline/claims.ts";
import { etagOf } from "../helpers/etag.ts";

describe("claims", () => {
  const query = (key: string, etag = key): Query => ({
    bot: "b",
    kind: "photo",
    entry: { key, bytes: 1, etag },
  });
  const task = (key: string, content: string) => ({ ...query(key), content });

  it("let one key of a content go, and give back those that waited", () => {
    const claims = new Claims();
    expect([
      claims.claim(query("a"), "c"),
      claims.claim(query("b"), "c"),
      claims.claim(query("c"), "d"),
    ]).toEqual([true, false, true]);
    expect(claims.release(task("a", "c"))).toEqual([query("b")]);
    expect(claims.release(task("a", "c"))).toEqual([]);
    expect(claims.claim(query("b"), "c")).toBe(true);
    expect(claims.claim({ ...query("b"), bot: "other" }, "c")).toBe(true);
    expect(claims.claim({ ...query("b"), kind: "document" }, "c")).toBe(true);
  });

  it("keep one place for an asker that asks again and again, and none for the owner itself", () => {
    const claims = new Claims();
    for (const key of ["a", "a", "b", "b"]) claims.claim(query(key), "c");
    const queued = { ...query("a"), entry: { ...query("a").entry, queueId: 7 } };
    expect(claims.claim(queued, "c")).toBe(false);
    expect(claims.release(task("a", "c"))).toEqual([query("b"), queued]);
  });

  it("know an object also when its hash was learned while it waited", () => {
    const claims = new Claims();
    const etag = etagOf("a");
    const first = { ...query("a", etag), content: `etag:${etag}:1` };
    expect(claims.claim(first, first.content)).toBe(true);
    expect(claims.claim(query("copy", etag), "its hash")).toBe(false);
    expect(claims.release(first)).toEqual([query("copy", etag)]);
    expect(claims.claim(query("copy", etag), "its hash")).toBe(true);
  });

  it("do not take an ETag that names no content for one under another key", () => {
    const claims = new Claims();
    const named = (key: string, etag: string) => {
      const asked = query(key, etag);
      return claims.claim(asked, provisionalId(asked.entry));
    };
    for (const etag of ["", "1234-1", "0".repeat(32), `W/${etagOf("a")}`])
      expect([named(`a ${etag}`, etag), named(`b ${etag}`, etag)], etag).toEqual([true, true]);
  });
});

describe("what is in flight", () => {
  const task = (key: string, bot = "b"): Task => ({
    bot,
    kind: "photo",
    entry: { key, bytes: 1, etag: key },
    content: key,
    replace: false,
    queuedAt: 0,
    notBefore: 0,
    tries: 0,
    calls: 0,
  });

  it("is one task's until that releases it, and nobody else's release", () => {
    const inFlight = new InFlight();
    const [first, second, other] = [task("a"), task("b"), task("c")];
    expect([inFlight.claim(first, "sha"), inFlight.claim(first, "sha")]).toEqual([true, true]);
    expect(inFlight.claim(second, "sha")).toBe(false);
    inFlight.release(other);
    expect(inFlight.claim(second, "sha")).toBe(false);
    expect(inFlight.claim(task("a", "another"), "sha")).toBe(true);
    inFlight.release(first);
    expect(inFlight.claim(second, "sha")).toBe(true);
  });
});

describe("what finished recently", () => {
  const task = (content: string, etag = "e") => ({
    bot: "b",
    kind: "photo" as const,
    content,
    entry: { key: "k", bytes: 1, etag },
  });

  it("is known since a moment, by hash and by ETag", () => {
    const recent = new RecentlyFinished();
    recent.add(task("c"), 10);
    expect([recent.has(task("c"), 10), recent.has(task("c"), 11)]).toEqual([true, false]);
    expect([recent.has(task("d"), 10), recent.has(task("d", "f"), 10)]).toEqual([true, false]);
  });

  it("is taken to include what had to be forgotten", () => {
    const recent = new RecentlyFinished();
    for (let at = 0; at < 10_000; at++) recent.add(task(`c${at}`, `e${at}`), at);
    expect(recent.has(task("never seen", "x"), 1_000)).toBe(true);
    expect(recent.has(task("never seen", "x"), 9_000)).toBe(false);
  });
});
