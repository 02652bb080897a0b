import { expect, it } from "vitest";
import { LIMITS } from "../../src/domain/limits.ts";
import { listingLine } from "../../src/reporters/listing-line.ts";
import { dollars, r2Price } from "../../src/reporters/r2-price.ts";
import { forecastBy } from "../../src/runs/forecasts.ts";
import { page } from "./page.ts";

const text = page("costs.md");
const count = (n: number) => n.toLocaleString("en");

it("the page of costs has the prices that forecasts go by", () => {
  const { classADollarsPerMillion, classAFreePerMonth, classBDollarsPerMillion, classBFreePerMonth } =
    LIMITS.r2;
  expect(text).toContain(
    `| Class A operations | $${classADollarsPerMillion.toFixed(2)} | ${count(classAFreePerMonth)} |`,
  );
  expect(text).toContain(
    `| Class B operations | $${classBDollarsPerMillion.toFixed(2)} | ${count(classBFreePerMonth)} |`,
  );
});

it.each([10_000, 100_000, 1_000_000])("the page of costs says of %i objects what a run would", (objects) => {
  const forecastOf = forecastBy(
    {
      lanes: [],
      botPerMinute: new Map(),
      concurrency: 5,
      measured: { transferMs: null, bytesPerSecond: null },
    },
    { asks: true, packsAhead: () => ({ state: "off", onTheWay: false, now: [], proved: [] }) },
  );
  const { operations } = forecastOf({ toWarm: objects, bytes: 0, listed: objects });
  const { classA, classB } = operations;
  expect(text).toContain(
    `| ${count(objects)} | ${count(classA)} | ${count(classB)} | ${dollars(r2Price(operations))} |`,
  );
});

it.each([10_000, 100_000, 1_000_000])(
  "the page of costs says of %i objects what a worker would",
  (objects) => {
    const cells = [5, 60, 24 * 60].map((minutes) => {
      const line = listingLine({ objects, intervalMs: minutes * 60_000 });
      const [, operations, price] = /: ([\d,]+) Class A operations a month, (.*?) \(/.exec(line) ?? [];
      return `${operations}${minutes === 5 && objects === 10_000 ? " operations" : ""}, ${price}`;
    });
    expect(text).toContain(`| ${count(objects)} | ${cells.join(" | ")} |`);
  },
);
