import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { appendFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { type PassesOptions, type PassReason, passes } from "../../src/sources/watched.ts";
import { VirtualClock } from "../helpers/clock.ts";

/** Passes with what was seen of them; `busy` holds each pass until it is set free. */
function watching(more: Partial<PassesOptions> = {}, busy: () => Promise<void> = async () => {}) {
  const clock = new VirtualClock();
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const all = passes({ clock, intervalMs: 60_000, signal: ending.signal, ...more });
  const seen: { readonly why: PassReason; readonly at: number }[] = [];
  const real: number[] = [];
  const began = clock.now();
  const over = (async () => {
    for await (const why of all) {
      seen.push({ why, at: clock.now() - began });
      real.push(performance.now());
      await busy();
    }
  })();
  const reasons = () => seen.map(({ why }) => why);
  return { clock, ending, all, seen, real, reasons, over };
}

/** Goes on as soon as it holds; the test's own time limit ends it otherwise. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(5);
}

function fileIn(content = '{"key":"a.jpg"}\n'): string {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-watched-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "media.jsonl");
  writeFileSync(path, content);
  return path;
}

describe("passes", () => {
  it("come at once and then every interval, counted from the begin of the last one", async () => {
    const holding = { ms: 20_000 };
    const scene: { clock?: VirtualClock } = {};
    const { clock, seen } = watching({}, () => scene.clock?.sleep(holding.ms) ?? Promise.resolve());
    scene.clock = clock;
    await clock.advance(130_000);
    expect(seen).toEqual([
      { why: "start", at: 0 },
      { why: "interval", at: 60_000 },
      { why: "interval", at: 120_000 },
    ]);
  });

  it("are never two at once: one that takes longer than the interval is followed by the next right away", async () => {
    let running = 0;
    let most = 0;
    const scene: { clock?: VirtualClock } = {};
    const { clock, seen, all } = watching({}, async () => {
      running += 1;
      most = Math.max(most, running);
      await scene.clock?.sleep(150_000);
      running -= 1;
    });
    scene.clock = clock;
    await clock.advance(310_000);
    all.nudge();
    await clock.advance(0);
    expect(most).toBe(1);
    expect(seen.slice(1).map(({ at }) => at)).toEqual([150_000, 300_000]);
  });

  it("come early when nudged, and the next interval counts from there", async () => {
    const { clock, seen, all } = watching();
    await clock.advance(10_000);
    for (let at = 0; at < 5; at += 1) all.nudge();
    await clock.advance(59_999);
    expect(seen.slice(1)).toEqual([{ why: "nudge", at: 10_000 }]);
    await clock.advance(1);
    expect(seen.at(-1)).toEqual({ why: "interval", at: 70_000 });
  });

  it("remember a nudge that comes during a pass, once", async () => {
    const scene: { clock?: VirtualClock } = {};
    const { clock, seen, all } = watching({}, () => scene.clock?.sleep(5_000) ?? Promise.resolve());
    scene.clock = clock;
    await clock.advance(1_000);
    all.nudge();
    all.nudge();
    await clock.advance(30_000);
    expect(seen).toEqual([
      { why: "start", at: 0 },
      { why: "nudge", at: 5_000 },
    ]);
  });

  it("end when the signal aborts, also while they wait without an interval", async () => {
    const { clock, ending, over, reasons } = watching({ intervalMs: Number.POSITIVE_INFINITY });
    await clock.advance(1e12);
    ending.abort();
    await over;
    expect(reasons()).toEqual(["start"]);
    const late = watching({ signal: AbortSignal.abort() });
    await late.over;
    expect(late.reasons()).toEqual([]);
  });
});

describe("passes over a manifest", () => {
  const file = (path: string) => ({ intervalMs: Number.POSITIVE_INFINITY, file: { path, pollMs: 2_000 } });

  /** Passes over a file, the first of them done; the clock goes on from look to look. */
  async function over(path: string) {
    const scene = watching(file(path));
    await until(() => scene.reasons().length === 1);
    const look = async () => {
      await scene.clock.advance(2_000);
      await wait(5);
    };
    const passAfter = async (change: () => unknown) => {
      const before = scene.reasons().length;
      await change();
      while (scene.reasons().length === before) await look();
    };
    return { ...scene, look, passAfter };
  }

  const write = (path: string, text = '{"key":"b.jpg"}\n') => writeFileSync(path, text);

  const CHANGES: Record<string, (path: string) => unknown> = {
    "is written to": (path) => appendFile(path, '{"key":"b.jpg"}\n'),
    "is replaced by rename, as editors do": (path) => {
      write(`${path}.new`);
      renameSync(`${path}.new`, path);
    },
    "is replaced by an older one of the same size": (path) => {
      write(`${path}.old`);
      utimesSync(`${path}.old`, 1e9, 1e9);
      renameSync(`${path}.old`, path);
    },
    "is removed and written again at once": (path) => {
      rmSync(path);
      write(path);
    },
    "is removed": (path) => rmSync(path),
  };

  it.each(Object.keys(CHANGES))("come each time it %s", async (name) => {
    const path = fileIn();
    const { passAfter, reasons } = await over(path);
    for (const _ of [1, 2]) {
      await passAfter(() => CHANGES[name]?.(path));
      if (!existsSync(path)) await passAfter(() => write(path));
    }
    expect(new Set(reasons().slice(1))).toEqual(new Set(["change"]));
  });

  it("come when its folder is made later", async () => {
    const folder = join(fileIn(), "..", "later");
    const path = join(folder, "media.jsonl");
    const { passAfter, reasons } = await over(path);
    await passAfter(() => {
      mkdirSync(folder);
      write(path);
    });
    expect(reasons()).toEqual(["start", "change"]);
  });

  it("come when a link on its way is turned to another folder", async () => {
    const folder = join(fileIn(), "..");
    for (const name of ["one", "two"]) {
      mkdirSync(join(folder, name));
      write(join(folder, name, "list.jsonl"), `{"key":"${name}.jpg"}\n`);
    }
    symlinkSync("one", join(folder, "current"));
    const { passAfter, reasons } = await over(join(folder, "current", "list.jsonl"));
    await passAfter(() => {
      symlinkSync("two", join(folder, "next"));
      renameSync(join(folder, "next"), join(folder, "current"));
    });
    expect(reasons()).toEqual(["start", "change"]);
  });

  it("wait until it is written to its end", async () => {
    const path = fileIn();
    const { look, reasons, real } = await over(path);
    const writes: number[] = [];
    for (let part = 0; part < 8; part += 1) {
      writes.push(performance.now());
      await appendFile(path, `{"key":"${part}.jpg"}\n`);
      await look();
      await wait(60);
    }
    const lastWrite = writes.at(-1) ?? 0;
    while ((real.at(-1) ?? 0) <= lastWrite) await look();
    // None began within 300 ms of a write before it, however slow this machine wrote.
    for (const pass of real.slice(1)) expect(writes.filter((at) => at < pass && pass - at < 280)).toEqual([]);
    expect(new Set(reasons().slice(1))).toEqual(new Set(["change"]));
  });

  it("are not asked for by a file beside it, nor by one that is the same", async () => {
    const path = fileIn();
    const { look, reasons, passAfter } = await over(path);
    write(`${path}.other`);
    readFileSync(path);
    for (let looks = 0; looks < 5; looks += 1) await look();
    await passAfter(() => write(path));
    expect(reasons()).toEqual(["start", "change"]);
  });
});
