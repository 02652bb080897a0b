import { describe, expect, it } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import { patienceOf } from "../../src/domain/patience.ts";
import { failed, ok } from "../../src/domain/result.ts";
import { asItIs, complete } from "../../src/pipeline/complete.ts";
import type { Storage } from "../../src/storage/port.ts";
import { VirtualClock } from "../helpers/clock.ts";

describe("completing an entry", () => {
  const storage = (...answers: Awaited<ReturnType<Storage["head"]>>[]) => {
    const asked: string[] = [];
    const head: Storage["head"] = async (key) => {
      asked.push(key);
      return answers[Math.min(asked.length, answers.length) - 1] ?? failed(failure("object_missing", ""));
    };
    return { asked, storage: { head } as Storage };
  };
  const info = ok({ key: "a", bytes: 3, etag: "e", mime: "image/png" } as never);

  it("asks nobody where the source said it all", () => {
    expect(asItIs({ key: "a.jpg", bytes: 1, etag: '"e"' }, undefined)).toEqual(
      ok({ entry: { key: "a.jpg", bytes: 1, etag: "e" }, kind: "photo" }),
    );
    expect(asItIs({ key: "a", bytes: 1, etag: "e" }, "voice")).toMatchObject({ value: { kind: "voice" } });
    for (const entry of [
      { key: "a", bytes: 1, etag: "e" },
      { key: "a.jpg", etag: "e" },
      { key: "a.jpg", bytes: 1 },
      { key: "a.jpg", bytes: 1, etag: "" },
    ])
      expect(asItIs(entry, undefined)).toBeNull();
  });

  it.each([
    [{ key: "a" }, undefined, "photo"],
    [{ key: "a.mp4" }, undefined, "video"],
    [{ key: "a.mp4", kind: "document" as const }, undefined, "document"],
    [{ key: "a.mp4" }, "voice" as const, "voice"],
  ])("%j, as %s, is %s by the manifest, the extension, then the stored type", async (entry, as, kind) => {
    expect(await complete(entry, { ...storage(info), clock: new VirtualClock(), as })).toMatchObject({
      value: { kind, entry: { bytes: 3, etag: "e" } },
    });
  });

  it("asks with the patience of the run where R2 is away, three times in haste, and once where it says no", async () => {
    const away = failed<never>(failure("r2_unavailable", ""));
    const clock = new VirtualClock({ now: 0 });
    const patient = storage(away, away, info);
    expect((await clock.runToEnd(complete({ key: "a" }, { ...patient, clock }))).ok).toBe(true);
    expect([patient.asked.length, clock.now()]).toEqual([3, 500]);
    const run = storage(...Array(5).fill(away), info);
    const patience = patienceOf(5, () => 1);
    expect((await clock.runToEnd(complete({ key: "a" }, { ...run, clock, patience }))).ok).toBe(true);
    expect([run.asked.length, clock.now()]).toEqual([6, 31_500]);
    const gone = storage(failed(failure("object_missing", "")));
    expect(await complete({ key: "a" }, { ...gone, clock })).toMatchObject({
      failure: { reason: "object_missing" },
    });
    expect(gone.asked).toHaveLength(1);
  });
});
