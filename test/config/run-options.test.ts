import { expect, it } from "vitest";
import { ConfigError } from "../../src/config/error.ts";
import { type RunOptionFlags, readRunOptions } from "../../src/config/run-options.ts";

it("has the published defaults", () => {
  expect(readRunOptions({})).toMatchObject({
    ...{
      order: "small",
      transfer: "auto",
      retries: 5,
      preflight: true,
      force: false,
      dryRun: false,
      only: null,
    },
    ...{
      manifest: null,
      include: [],
      exclude: [],
      limit: undefined,
      maxFailures: undefined,
      maxDuration: undefined,
    },
  });
});

it.each<[RunOptionFlags, object]>([
  [{ only: "failed, weak" }, { only: ["failed", "weak"] }],
  [{ manifest: "-", manifestFormat: "csv" }, { manifest: { path: "-", format: "csv" } }],
  [{ include: ["a", "b"] }, { include: ["a", "b"] }],
  [
    { maxDuration: "90s", maxFailures: "5%" },
    { maxDuration: 90_000, maxFailures: { share: 0.05 } },
  ],
  [
    { kind: "photo", as: "document" },
    { kind: "photo", as: "document" },
  ],
  [
    { preflight: false, deleteAfter: true, dryRun: true },
    { preflight: false, deleteAfter: true, dryRun: true },
  ],
])("reads %j", (flags, wanted) => {
  expect(readRunOptions(flags)).toMatchObject(wanted);
});

it("tells everything that is wrong at once, by the flag's own name", () => {
  const flags = {
    only: "ready",
    limit: "0",
    retries: "-1",
    maxDuration: "soon",
    maxFailures: "x",
    prefix: "a/",
    manifest: "-",
  };
  try {
    readRunOptions(flags);
    expect.unreachable();
  } catch (error) {
    const { problems } = error as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(problems.map((problem) => problem.split(" ")[0])).toEqual([
      ...["--only", "--limit", "--retries", "--max-duration", "--max-failures", "--prefix"],
    ]);
  }
});

it("refuses empty values, but for a prefix, and a duration of nothing", () => {
  const problemsOf = (flags: RunOptionFlags & { readonly ledger?: string }) => {
    try {
      readRunOptions(flags);
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.problems : [String(error)];
    }
  };
  expect(problemsOf({ prefix: "" })).toEqual([]);
  expect(problemsOf({ ledger: "" })).toEqual(["--ledger is empty: give it a value, or leave it out"]);
  expect(problemsOf({ include: ["*.jpg", ""] })[0]).toMatch(/^--include is empty/);
  expect(problemsOf({ maxDuration: "0" })[0]).toMatch(/^--max-duration "0": it must be a duration above 0/);
});
