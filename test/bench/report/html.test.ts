import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { BenchReport } from "../../../src/bench/port.ts";
import { compareReports } from "../../../src/bench/report/compare.ts";
import { judgeGates, parseGates } from "../../../src/bench/report/gates.ts";
import { html } from "../../../src/bench/report/html.ts";
import { viewOf } from "../../../src/bench/report/view.ts";
import { browserForTests, CHROMIUM, NO_CHROMIUM } from "../../helpers/browser.ts";
import { reportOf } from "./fixture.ts";
import { HOSTILE, hostileReport } from "./hostile.ts";

function pageOf(report: BenchReport): string {
  const gates = judgeGates(parseGates(["strategy.prewarm.success_rate>=99%", "queue.deque.none<1"]), report);
  const comparison = compareReports({ path: HOSTILE, report: reportOf({ seed: 9 }) }, report, 0.1);
  return html(viewOf(report, { gates, comparison, command: HOSTILE }), report);
}

describe("the page of a bench", () => {
  it("loads nothing from anywhere, and says so to the browser", () => {
    const page = pageOf(reportOf({ plots: true }));
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(?:src|href)="(?!#|data:,)/);
    expect(page).not.toMatch(/url\(|@import|fetch\(/);
  });

  it("lets no text of a report become markup", () => {
    const page = pageOf(hostileReport());
    expect(page).not.toContain("<img");
    expect(page).not.toContain("<b>&amp;amp;");
    expect(page.match(/<\/script>/g)).toHaveLength(1);
    expect(page).not.toContain("\u001b");
  });

  it("says of a plot without points that nothing was measured", () => {
    const report = reportOf({ plots: true });
    const empty = report.scenarios.map((result) => ({
      ...result,
      plots: result.plots.map((plot) => ({
        ...plot,
        series: plot.series.map((each) => ({ ...each, points: [[Number.NaN, 1]] as const })),
      })),
    }));
    const page = pageOf({ ...report, scenarios: empty });
    expect(page.match(/nothing was measured/g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  it("draws plots of one point, of one value, and over powers of ten", () => {
    const report = reportOf({ recipes: [], plots: true });
    const [scenario] = reportOf().scenarios;
    const axis = { label: "n", unit: "" };
    const plot = (points: readonly (readonly [number, number])[]) =>
      ({ title: "t", kind: "line", x: axis, y: axis, series: [{ name: "s", points }] }) as const;
    const plots = [
      plot([[3, 0]]),
      plot([
        [1, 5],
        [2, 5],
      ]),
      plot([
        [1000, 1],
        [1e6, 3],
      ]),
    ];
    const page = pageOf({ ...report, scenarios: scenario ? [{ ...scenario, plots }] : [] });
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(page).toContain("<circle");
    expect(page).toContain(">100k</text>");
    expect(page).toContain("by powers of ten");
  });
});

const LOOKS = [
  { scheme: "light", width: 1200, shown: "wide", left: "narrow" },
  { scheme: "dark", width: 1200, shown: "wide", left: "narrow" },
  { scheme: "light", width: 390, shown: "narrow", left: "wide" },
] as const;

async function showsAll(page: Page, { scheme, width, shown, left }: (typeof LOOKS)[number]): Promise<void> {
  const look = `${scheme}, ${width} px`;
  await page.emulateMedia({ colorScheme: scheme });
  await page.setViewportSize({ width, height: 900 });
  const svgs = page.locator(`svg.${shown}`);
  expect(await svgs.count()).toBe(3);
  for (const svg of await svgs.all()) {
    const box = await svg.boundingBox();
    expect(box?.width, look).toBeGreaterThan(280);
    const line = svg.locator("path.line").first();
    expect(
      await line.evaluate((path) => (path as unknown as { getTotalLength(): number }).getTotalLength()),
    ).toBeGreaterThan(100);
  }
  expect(await page.locator(`svg.${left}`).first().isVisible(), look).toBe(false);
  expect(await page.evaluate("document.documentElement.scrollWidth"), look).toBe(width);
  const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
  expect(ground === "rgb(18, 20, 25)", look).toBe(scheme === "dark");
  const tip = page.locator(".tip:visible");
  expect(await tip.count(), look).toBe(0);
  await svgs.first().hover();
  expect(await tip.textContent(), look).toMatch(
    /simulated time \d+ s[\s\S]*prewarm: 1\d\d(\.\d)? items\/min/,
  );
  await page.mouse.move(0, 0);
}

describe.skipIf(CHROMIUM === null)(
  `the page in a browser${CHROMIUM === null ? ` (skipped: ${NO_CHROMIUM})` : ""}`,
  () => {
    const openPage = browserForTests();

    it("is whole, light and dark, wide and narrow: plots seen, no error, nothing fetched, nothing cut off", async () => {
      const { page, errors, requests } = await openPage({ html: pageOf(reportOf({ plots: true })) });
      for (const look of LOOKS) await showsAll(page, look);
      expect(errors).toEqual([]);
      expect(requests).toHaveLength(1);
    }, 60_000);

    it("runs nothing that a hostile report brings along", async () => {
      const { page, errors, requests } = await openPage({ html: pageOf(hostileReport()) });
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("figcaption").first().textContent()).toContain(
        "<img src=x onerror=alert(1)>",
      );
      await page.locator("svg.wide").first().hover();
      expect(await page.locator(".tip").first().textContent()).toContain("onerror");
      expect([errors, requests.length]).toEqual([[], 1]);
    }, 60_000);
  },
);
