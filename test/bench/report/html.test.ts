import { Script } from "node:vm";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { compareReports } from "../../../src/bench/report/compare.ts";
import { judgeGates, parseGates } from "../../../src/bench/report/gates.ts";
import { html } from "../../../src/bench/report/html.ts";
import { viewOf } from "../../../src/bench/report/view.ts";
import type { BenchReport, Plot } from "../../../src/bench/types.ts";
import { browserForTests, CHROMIUM, NO_CHROMIUM } from "../../helpers/browser.ts";
import { cutTexts, noteTexts, painted, paintedTexts } from "../../helpers/plots.ts";
import { reportOf } from "./fixture.ts";
import { HOSTILE, hostileReport } from "./hostile.ts";

function pageOf(report: BenchReport): string {
  const gates = judgeGates(parseGates(["strategy.prewarm.success_rate>=99%", "queue.deque.none<1"]), report);
  const comparison = compareReports({ path: HOSTILE, report: reportOf({ seed: 9 }) }, report, 0.1);
  return html(viewOf(report, { gates, comparison, command: HOSTILE }), report);
}

/** A report of one scenario with these plots. */
function reportWith(plots: readonly Plot[]): BenchReport {
  const [scenario] = reportOf().scenarios;
  return { ...reportOf({ recipes: [] }), scenarios: scenario ? [{ ...scenario, plots }] : [] };
}

function plotOf(points: readonly (readonly [number, number])[]): Plot {
  const axis = { label: "n", unit: "" };
  return { title: "t", kind: "line", x: axis, y: axis, series: [{ name: "s", points }] };
}

describe("the page of a bench", () => {
  it("loads nothing from anywhere, and says so to the browser", () => {
    const page = pageOf(reportOf({ plots: true }));
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[^']*'; style-src 'sha256-[^']*'; img-src data:;/,
    );
    expect(policy).not.toContain("unsafe");
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:,)/);
    expect(page).not.toMatch(/url\(|@import|fetch\(/);
    expect(page).not.toMatch(/<[a-z][^>]* (style|on[a-z]+)=/);
  });

  it("has a script that parses", () => {
    const script = /<script>([\s\S]*)<\/script>/.exec(pageOf(reportOf()))?.[1] ?? "no script";
    expect(() => new Script(script)).not.toThrow();
  });

  it("lets no text of a report become markup", () => {
    const page = pageOf(hostileReport());
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<b>&amp;amp;");
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).not.toContain("\u001b");
  });

  it("hands on the points that are numbers, and by powers of ten those that lie far apart", () => {
    const plots = [
      plotOf([
        [Number.NaN, 1],
        [2, Number.POSITIVE_INFINITY],
        [3, 4],
      ]),
      plotOf([
        [1_000, 1],
        [1e6, 3],
      ]),
    ];
    const data = [...pageOf(reportWith(plots)).matchAll(/data-plot="([^"]*)"/g)].map(([, text = ""]) =>
      JSON.parse(text.replaceAll("&quot;", '"')),
    );
    expect(data.map(({ series, x }) => [series[0].points, x.log])).toEqual([
      [[[3, 4]], false],
      [
        [
          [1_000, 1],
          [1e6, 3],
        ],
        true,
      ],
    ]);
  });
});

const LOOKS = [
  { scheme: "light", width: 1200 },
  { scheme: "dark", width: 1200 },
  { scheme: "light", width: 390 },
] as const;

/** Plots of the fixture. */
const PLOTS = 3;

async function showsAll(page: Page, { scheme, width }: (typeof LOOKS)[number]): Promise<void> {
  const look = `${scheme}, ${width} px`;
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width: 800, height: 900 });
  await paintedTexts(page);
  await page.setViewportSize({ width, height: 900 });
  const texts = await paintedTexts(page);
  expect(cutTexts(texts), look).toEqual([]);
  const areas = page.locator(".plot-area");
  expect(await areas.count()).toBe(PLOTS);
  for (const area of await areas.all()) expect((await area.boundingBox())?.width, look).toBeGreaterThan(280);
  for (const colour of ["1", "2", "3"])
    await expect.poll(() => painted(page, "figure", colour), { message: look }).toBeGreaterThan(200);
  expect(await page.evaluate("document.documentElement.scrollWidth"), look).toBe(width);
  const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
  expect(ground === "rgb(18, 20, 25)", look).toBe(scheme === "dark");
  const tip = page.locator(".plot-tip").first();
  expect(await tip.isVisible(), look).toBe(false);
  await page.locator(".u-over").first().hover();
  await expect
    .poll(() => tip.textContent(), { message: look })
    .toMatch(/simulated time \d+ s[\s\S]*prewarm: 1\d\d(\.\d)? items\/min/);
  await page.mouse.move(0, 0);
}

describe.skipIf(CHROMIUM === null)(
  `the page in a browser${CHROMIUM === null ? ` (skipped: ${NO_CHROMIUM})` : ""}`,
  () => {
    const openPage = browserForTests();

    it("is whole, light and dark, wide and narrow: plots seen, no error, nothing fetched, nothing cut off", async () => {
      const { page, errors, requests } = await openPage({ html: pageOf(reportOf({ plots: true })) });
      await noteTexts(page);
      for (const look of LOOKS) await showsAll(page, look);
      expect(errors).toEqual([]);
      expect(requests).toHaveLength(1);
    }, 60_000);

    it("names the curves, the one that the plot is about last, and fades the others while it is pointed at", async () => {
      const { page } = await openPage({ html: pageOf(reportOf({ plots: true })) });
      const names = page.locator("figure").first().locator(".plot-legend li");
      expect(await names.allTextContents()).toEqual(["one by one", "five per tick", "prewarm"]);
      const before = await painted(page, "figure", "1");
      await names.last().hover();
      await expect.poll(() => painted(page, "figure", "1")).toBeLessThan(before / 4);
      expect(await painted(page, "figure", "3")).toBeGreaterThan(200);
    }, 60_000);

    it("says of a plot without points that nothing was measured, and shows a point that is alone", async () => {
      const { page, errors } = await openPage({ html: pageOf(reportWith([plotOf([[Number.NaN, 1]])])) });
      expect(await page.locator("figure >> text=nothing was measured").isVisible()).toBe(true);
      expect(await page.locator("figure canvas").count()).toBe(0);
      const lone = await openPage({ html: pageOf(reportWith([plotOf([[3, 0]])])) });
      await expect.poll(() => painted(lone.page, "figure", "1")).toBeGreaterThan(20);
      expect([errors, lone.errors]).toEqual([[], []]);
    }, 60_000);

    it("writes powers of ten at an axis of values that lie far apart", async () => {
      const wide = plotOf([
        [1_000, 1],
        [1e6, 3],
      ]);
      const { page } = await openPage({ html: pageOf(reportWith([wide])) });
      await noteTexts(page);
      await page.setViewportSize({ width: 390, height: 900 });
      const texts = (await paintedTexts(page)).map(({ text }) => text);
      expect(texts).toEqual(expect.arrayContaining(["1k", "10k", "100k", "1M"]));
      expect(await page.locator(".plot-x").textContent()).toBe("n, by powers of ten");
    }, 60_000);

    it("runs nothing that a hostile report brings along", async () => {
      const { page, errors, requests } = await openPage({ html: pageOf(hostileReport()) });
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("figcaption").first().textContent()).toContain(
        "<img src=x onerror=alert(1)>",
      );
      await page.locator(".u-over").first().hover();
      await expect.poll(() => page.locator(".plot-tip").first().textContent()).toContain("onerror");
      expect([errors, requests.length]).toEqual([[], 1]);
    }, 60_000);
  },
);
