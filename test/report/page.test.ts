import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { runPage } from "../../src/report/page.ts";
import { PastRecorder } from "../../src/report/past.ts";
import type { RunRecord } from "../../src/report/record.ts";
import { browserForTests, CHROMIUM, NO_CHROMIUM } from "../helpers/browser.ts";

const HOSTILE = `</script><img src=x onerror=alert(1)>"'&\u202egpj.exe\u001b[31m`;
const PLAIN = { redact: (text: string) => text.replaceAll("hidden-word", "***"), wording: String };
const EMPTY = new PastRecorder().record({
  command: "prewarm",
  ledger: "x.db",
  paceOf: () => null,
  message: String,
});

/** Everything in it that can be long is long, and every text is hostile. */
function hostileRecord(many: number): RunRecord {
  const all = <T>(make: (at: number) => T) => Array.from({ length: many }, (_, at) => make(at));
  const pace = Array.from({ length: 240 }, (_, at) => ({
    at: at * 1_000,
    messages: at % 21,
    media: at % 50,
    allowed: 20,
  }));
  const lane = { messages: 5, perMinute: 20, floods: 2, floodMs: 9_000, out: HOSTILE };
  return {
    ...EMPTY,
    command: HOSTILE,
    ledger: HOSTILE,
    begun: 1_700_000_000_000,
    durationMs: 240_000,
    exitCode: 4,
    why: `${HOSTILE} hidden-word`,
    counts: [
      ["ready", 5],
      ["failed", 1],
    ],
    kinds: [[HOSTILE, 3]],
    packed: true,
    pace,
    lanes: all((at) => ({ ...lane, bot: HOSTILE, chat: String(at), pace: at < 2 ? pace : [] })),
    waits: [{ reason: "flood_wait", count: 3, ms: 9_000, example: HOSTILE }],
    failures: [
      {
        status: "failed",
        reason: "photo_dimensions",
        count: 1,
        example: HOSTILE,
        message: `${HOSTILE.repeat(99)} hidden-word`,
      },
    ],
    phases: [["send", { p50: 1, p95: 2, p99: 3 }]],
    slowest: [
      { key: HOSTILE.repeat(99), bot: HOSTILE, kind: HOSTILE, bytes: 3, ms: 9, phases: [["send", 9]] },
    ],
    notes: [HOSTILE],
  };
}

describe("the page of a run", () => {
  it("loads nothing, lets no text become markup, and holds no secret", () => {
    const page = runPage(hostileRecord(300), PLAIN);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']*'; style-src 'sha256-[^']*'; img-src data:;/,
    );
    expect(/(?:src|href)="(?!#|data:,)/.exec(page)).toBeNull();
    expect(page.includes("<img")).toBe(false);
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    for (const sign of ["\u001b", "\u202e"]) expect(page.includes(sign)).toBe(false);
    expect(page.includes("hidden-word")).toBe(false);
    expect(() => new Script(/<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? "no script")).not.toThrow();
  });

  it("is of a size that does not grow with the run", () => {
    const [some, many] = [hostileRecord(100), hostileRecord(10_000)].map(
      (record) => runPage(record, PLAIN).length,
    );
    expect(Number(many) - Number(some)).toBeLessThan(200);
    expect(many).toBeLessThan(400_000);
  });

  it("says what to do about each failure, and that nothing was tried where nothing was", () => {
    expect(runPage(hostileRecord(1), PLAIN).includes("send it as a document")).toBe(true);
    expect(runPage(EMPTY, PLAIN).includes("Nothing was tried.")).toBe(true);
  });
});

describe.skipIf(CHROMIUM === null)(
  `in a browser${CHROMIUM === null ? ` (skipped: ${NO_CHROMIUM})` : ""}`,
  () => {
    const openPage = browserForTests();

    it("is drawn without an error or a request, and fits a narrow screen", async () => {
      const { page, errors, requests } = await openPage(
        { html: runPage(hostileRecord(3), PLAIN) },
        { width: 390 },
      );
      await expect.poll(() => page.locator("figure canvas").count()).toBe(3);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
      expect(errors).toEqual([]);
      expect(requests).toHaveLength(1);
    }, 60_000);
  },
);
