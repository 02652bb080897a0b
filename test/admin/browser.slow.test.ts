import type { Page } from "playwright-core";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AdminServer } from "../../src/admin/server.ts";
import type { LaneView } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import { Secret } from "../../src/domain/secret.ts";
import { browserForTests, CHROMIUM, NO_CHROMIUM, type Opened, type PageOptions } from "../helpers/browser.ts";
import { cutTexts, noteTexts, painted, paintedTexts } from "../helpers/plots.ts";
import { failedItem, item } from "../reporters/sample-events.ts";
import { lively, type Mood, serveDemo } from "./demo.ts";
import { serve, TOKEN, worker } from "./worker.ts";

/** A folder that takes screenshots of all moods: `SCREENSHOTS=/tmp/shots npx vitest run ... test/admin/browser.slow.test.ts`. */
const { SCREENSHOTS } = process.env;

if (CHROMIUM === null) process.stderr.write(`${NO_CHROMIUM}\n`);

const PATIENCE = { timeout: 60_000 };

const shown = (page: Page) => page.waitForSelector("#main:not([hidden])", PATIENCE);
/** The page asks for the status every two seconds: lets them pass at once. */
const hurry = (page: Page) => page.clock.runFor(2_000);
const text = async (page: Page, selector: string) => (await page.textContent(selector)) ?? "";

async function shoot(page: Page, mood: Mood, width: number): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${SCREENSHOTS}/${mood}-${width}-${colorScheme}.png`, fullPage: true });
  }
}

/** A label at the axis of times. */
const LABEL = { idle: "1.0 s", busy: "1.0 s", trouble: "1.0 s", first: "600 ms", quick: "600 ms" } as const;

async function showsWithoutComplaint(mood: Mood, { page, errors, requests }: Opened): Promise<void> {
  await shown(page);
  await noteTexts(page);
  for (const width of [800, 1200, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const texts = await paintedTexts(page);
    expect(texts.map(({ text }) => text)).toContain(LABEL[mood]);
    expect(cutTexts(texts)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    if (SCREENSHOTS !== undefined) await shoot(page, mood, width);
  }
  expect(await text(page, "#state")).toBe(mood === "trouble" ? "Degraded" : "Running");
  expect(await page.locator("#lanes tbody tr").count()).toBe(4);
  expect(await text(page, "#passes")).toMatch(/bucket.*entries in 2.1 s/);
  expect(errors).toEqual([]);
  expect([...new Set(requests.map((address) => new URL(address).origin))]).toEqual([
    new URL(page.url()).origin,
  ]);
}

describe.skipIf(CHROMIUM === null)(
  "the status page in a browser (skipped where there is no chromium)",
  () => {
    const openPage = browserForTests();

    /** Opens the page of `server`, which is closed when the test ends. */
    const visit = (server: AdminServer, options?: PageOptions) => {
      onTestFinished(() => server.close());
      return openPage({ url: server.url }, { width: 1280, ...options });
    };

    it("shows an idle worker without a complaint, on a desk and on a phone", async () => {
      await showsWithoutComplaint("idle", await visit(await serveDemo("idle")));
    });

    it("writes milliseconds at the axis as whole as seconds", async () => {
      await showsWithoutComplaint("quick", await visit(await serveDemo("quick")));
    });

    it("shows the only item of an hour: a bar, and a dot for each of its times", async () => {
      const opened = await visit(await serveDemo("first"));
      await showsWithoutComplaint("first", opened);
      const { page } = opened;
      // Beside an axis of single digits there must be room for half of a label such as 21:00, wherever the hour begins.
      const room = await page.evaluate('document.querySelector("#throughput .u-over").offsetLeft');
      expect(room).toBeGreaterThanOrEqual(18);
      expect(await painted(page, "#throughput", "1")).toBeGreaterThan(20);
      // The dot of the P95 is a ring around that of the P50.
      expect(await painted(page, "#latency", "1")).toBeGreaterThan(20);
      expect(await painted(page, "#latency", "2")).toBeGreaterThan(20);
    });

    it("says of an hour without items that there is nothing to draw", async () => {
      const { page } = await visit(await serve(worker(), { token: null }));
      await shown(page);
      expect(await page.isVisible("#throughput >> text=Nothing was tried in the last hour.")).toBe(true);
      expect(await page.isVisible("#latency >> text=Nothing was measured in the last hour.")).toBe(true);
      expect(await page.isVisible("#throughput .plot-legend")).toBe(false);
    });

    it("draws in the colours that the reader prefers, also when that changes", async () => {
      const { page } = await visit(await serveDemo("busy"));
      await shown(page);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => painted(page, "#throughput", "1"), PATIENCE).toBeGreaterThan(1_000);
      }
    });

    it("shows a busy one, and the figures of the minute that is pointed at, also while it is drawn anew", async () => {
      const opened = await visit(await serveDemo("busy"), { clock: true });
      await showsWithoutComplaint("busy", opened);
      const { page, errors } = opened;
      await page.setViewportSize({ width: 1200, height: 900 });
      await page.hover("#throughput .u-over", { position: { x: 200, y: 80 } });
      const tip = page.locator("#throughput .plot-tip");
      await expect.poll(() => tip.textContent(), PATIENCE).toMatch(/^\d\d:\d\d\d+ warmed, .*queue \d+$/);
      await page.evaluate("document.querySelector('#throughput .plot-tip-head').id = 'before'");
      await hurry(page);
      await page.waitForSelector("#before", { ...PATIENCE, state: "detached" });
      expect(await tip.isVisible()).toBe(true);
      await page.hover("h1");
      await expect.poll(() => tip.isVisible(), PATIENCE).toBe(false);
      expect(errors).toEqual([]);
    });

    it("shows one in trouble, what is wrong and what to do", async () => {
      const opened = await visit(await serveDemo("trouble"));
      await showsWithoutComplaint("trouble", opened);
      const { page } = opened;
      expect(await text(page, "#notices")).toContain("R2 answered 503");
      expect(await text(page, "#lanes")).toMatch(/Frozen for \d+ s.*Closed.*kicked.*administrator/);
      expect(await text(page, "#lanes-sum")).toMatch(/^2 open, 1 closed, 1 frozen, 39.4\/min together$/);
      expect(await text(page, "#tiles")).toContain("Full: sources wait");
      await page.click("#failures > button");
      expect(await page.locator("#failures li .next").count()).toBe(20);
    });

    it.each([
      ["without a token", null],
      ["with one", new Secret(TOKEN)],
    ])(
      "has what failed tried again by its buttons, and asks first where that may post twice, %s",
      async (_, token) => {
        const parts = worker();
        const [lost, long] = [failure("answer_lost", "no answer came"), `${"long/".repeat(100)}a.jpg`];
        parts.events.emit("item", failedItem(failure("photo_dimensions", "too long"), { key: long }));
        parts.events.emit("item", failedItem(lost, { key: "lost.jpg" }));
        Object.assign(parts.bad, { unknown: 3, failed: 1 });
        const { page, errors } = await visit(await serve(parts, { token }), { clock: true });
        if (token !== null) {
          await page.fill("#token", TOKEN);
          await page.press("#token", "Enter");
        }
        await shown(page);
        expect(await page.locator("button[data-again]").allTextContents()).toEqual([
          "Try 3 unknown again",
          "Try 1 failed again",
          "Try again",
          "Try again",
        ]);
        const asked: string[] = [];
        const answers = [false, true, true];
        page.on("dialog", (dialog) => {
          asked.push(dialog.message());
          void (answers.shift() ? dialog.accept() : dialog.dismiss());
        });
        const unknown = page.locator("#again button").first();
        await unknown.click();
        await unknown.click();
        await page.waitForSelector("#again-said >> text=1 row is tried again.", PATIENCE);
        await page.click("#failures li:nth-child(1) button");
        await expect.poll(() => parts.again.length, PATIENCE).toBe(2);
        await page.click("#failures li:nth-child(2) button");
        await expect.poll(() => parts.again.length, PATIENCE).toBe(3);
        expect(parts.again).toEqual([{ state: "unknown" }, { keys: ["lost.jpg"] }, { keys: [long] }]);
        expect(asked).toHaveLength(3);
        expect(asked[0]).toContain("looked for first");
        parts.view.retry = async () => ({
          ok: false,
          problem: "this worker is ending; ask the next one",
          ending: true,
        });
        await page.click("#failures li:nth-child(2) button");
        await page.waitForSelector("#again-said >> text=Not done: this worker is ending", PATIENCE);
        // The browser itself complains of the 503, and of the 401 before the token was given.
        expect(errors.filter((text) => !/status of (401|503)/.test(text))).toEqual([]);
        await page.setViewportSize({ width: 390, height: 900 });
        // Plots follow the width a moment later.
        await expect
          .poll(() => page.evaluate("document.documentElement.scrollWidth"), PATIENCE)
          .toBeLessThanOrEqual(390);
      },
    );

    it("says once whether packs are used, and of which lanes where that differs", async () => {
      const parts = lively("busy");
      const [first, ...others] = parts.view.snapshot().lanes;
      const words = (packs: string) => (lane: LaneView | undefined) => ({
        bot: lane?.bot ?? "",
        chat: lane?.chat ?? "",
        packs,
      });
      parts.view.packWords = () => [first, ...others].map(words("off, by --pack off"));
      const { page } = await visit(await serve(parts, { token: null }), { clock: true });
      const notes = () => page.locator("#lanes .note").allTextContents();
      expect(await notes()).toEqual(["Packs: off, by --pack off"]);
      parts.view.packWords = () => [words("up to 20")(first), ...others.map(words("not proved"))];
      await hurry(page);
      await expect
        .poll(notes, PATIENCE)
        .toEqual([
          `Packs in ${first?.title}: up to 20`,
          `Packs in ${others.map(({ title }) => title).join(", ")}: not proved`,
        ]);
    });

    it("shows keys as text, whatever is in them", async () => {
      const parts = worker();
      const key = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
      parts.events.emit("item", failedItem(failure("object_missing", `${key} is not there`), { key }));
      const server = await serve(parts, { token: null });
      const { page, errors } = await visit(server);
      await shown(page);
      expect(await text(page, "#failures .name")).toBe(key);
      expect(await page.locator("main img, main script").count()).toBe(0);
      expect(await page.title()).toBe("Running - prewarm");
      expect(errors).toEqual([]);
    });

    it("asks for the token, tells a wrong one, and keeps the right one in this tab alone", async () => {
      const server = await serve(worker());
      const { page } = await visit(server);
      await page.waitForSelector("#login:not([hidden])", PATIENCE);
      expect(await page.isVisible("#main")).toBe(false);
      await page.fill("#token", "wrong");
      await page.click("#login button");
      await page.waitForSelector("#login-wrong:not([hidden])", PATIENCE);
      await page.fill("#token", TOKEN);
      await page.press("#token", "Enter");
      await shown(page);
      await page.reload();
      await shown(page);
      expect(page.url()).toBe(`${server.url}/`);
      expect(await page.evaluate("[localStorage.length, document.cookie]")).toEqual([0, ""]);
      await page.click("#forget");
      await page.waitForSelector("#login:not([hidden])", PATIENCE);
    });

    it("follows the worker without being loaded anew, and stops and starts it", async () => {
      const parts = worker();
      const server = await serve(parts, { token: null });
      const { page } = await visit(server, { clock: true });
      await shown(page);
      await page.evaluate("window.loadedOnce = true");
      parts.events.emit("item", item());
      parts.view.troubles = [{ part: "r2", failure: failure("r2_unavailable", "R2 answers 503"), since: 1 }];
      await hurry(page);
      await page.waitForSelector("#notices >> text=R2 answers 503", PATIENCE);
      expect(await text(page, "#tiles")).toContain("1.0 kB");
      await page.click("#control");
      await page.waitForSelector("#state >> text=Stopped", PATIENCE);
      expect(parts.view.running).toBe(false);
      await page.click("#control");
      await page.waitForSelector("#state >> text=Degraded", PATIENCE);
      parts.view.stopping = true;
      await hurry(page);
      await page.waitForSelector("#state >> text=Draining", PATIENCE);
      expect(await page.isVisible("#control")).toBe(false);
      expect(await page.evaluate("window.loadedOnce")).toBe(true);
    });

    it("says that the worker cannot be reached, and comes back with it", async () => {
      const parts = worker();
      const first = await serve(parts, { token: null });
      const { page } = await openPage({ url: first.url }, { clock: true });
      await shown(page);
      await first.close();
      await hurry(page);
      await page.waitForSelector("#lost >> text=The worker cannot be reached", PATIENCE);
      expect(await text(page, "#state")).toBe("Unreachable");
      const port = Number(new URL(first.url).port);
      const second = await serve(parts, { token: null, port });
      await hurry(page);
      await page.waitForSelector("#state >> text=Running", PATIENCE);
      expect(await text(page, "#lost")).toBe("");
      await second.close();
    });

    it("asks for nothing while nobody looks", async () => {
      const server = await serve(worker(), { token: null });
      const { page, requests } = await visit(server, { clock: true });
      await shown(page);
      const hide = (hidden: boolean) =>
        page.evaluate(
          `Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true }); document.dispatchEvent(new Event("visibilitychange"))`,
        );
      await Promise.all([page.waitForResponse(/status$/, PATIENCE), hurry(page)]);
      await hide(true);
      const asked = requests.length;
      await page.clock.runFor(60_000);
      // Whatever the page had asked for would be told before this.
      await page.evaluate("fetch('/')");
      expect(requests.slice(asked)).toEqual([`${server.url}/`]);
      await hide(false);
      await expect.poll(() => requests.at(-1), PATIENCE).toMatch(/status$/);
    });
  },
);
