import { describe, expect, it } from "vitest";
import type { Query } from "../../src/ledgers/port.ts";
import { Claims } from "../../src/pipeline/claims.ts";

describe("claims", () => {
  const query = (key: string): Query => ({ bot: "b", kind: "photo", entry: { key, bytes: 1, etag: "e" } });

  it("let one key of a content go, and give back those that waited", () => {
    const claims = new Claims();
    expect([
      claims.claim(query("a"), "c"),
      claims.claim(query("b"), "c"),
      claims.claim(query("c"), "d"),
    ]).toEqual([true, false, true]);
    expect(claims.release("b", "photo", "c")).toEqual([query("b")]);
    expect(claims.release("b", "photo", "c")).toEqual([]);
    expect(claims.claim(query("b"), "c")).toBe(true);
    expect(claims.claim({ ...query("b"), bot: "other" }, "c")).toBe(true);
    expect(claims.claim({ ...query("b"), kind: "document" }, "c")).toBe(true);
  });

  it("keep one place for an asker that asks again and again, and none for the owner itself", () => {
    const claims = new Claims();
    for (const key of ["a", "a", "b", "b"]) claims.claim(query(key), "c");
    const queued = { ...query("a"), entry: { ...query("a").entry, queueId: 7 } };
    expect(claims.claim(queued, "c")).toBe(false);
    expect(claims.release("b", "photo", "c")).toEqual([query("b"), queued]);
  });
});
