import { linkSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
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

function problemsOf(flags: RunOptionFlags & { readonly ledger?: string }): readonly string[] {
  try {
    readRunOptions(flags);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
}

it("refuses empty values, but for a prefix, and a duration of nothing", () => {
  expect(problemsOf({ prefix: "" })).toEqual([]);
  expect(problemsOf({ ledger: "" })).toEqual(["--ledger is empty: give it a value, or leave it out"]);
  expect(problemsOf({ ledger: " " })).toEqual(["--ledger is empty: give it a value, or leave it out"]);
  expect(problemsOf({ include: ["*.jpg", ""] })[0]).toMatch(/^--include is empty/);
  expect(problemsOf({ maxDuration: "0" })[0]).toMatch(/^--max-duration "0": it must be a duration above 0/);
});

it("refuses to write the failed list over the manifest, whatever it is called by", () => {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-options-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const manifest = join(folder, "list.jsonl");
  writeFileSync(manifest, '{"key":"a.jpg"}\n');
  const [link, hard, other] = ["link.jsonl", "hard.jsonl", "other.jsonl"].map((name) => join(folder, name));
  symlinkSync(manifest, String(link));
  linkSync(manifest, String(hard));
  for (const failedTo of [manifest, `${folder}/./list.jsonl`, String(link), String(hard)])
    expect(problemsOf({ manifest, failedTo })).toEqual([
      expect.stringMatching(/^--failed-to names the manifest itself/),
    ]);
  expect(problemsOf({ manifest, failedTo: String(other) })).toEqual([]);
});

it("says of a manifest that is not there, or is a folder, that it is so", () => {
  expect(problemsOf({ manifest: "/no/such.jsonl" })).toEqual([
    "--manifest /no/such.jsonl: there is no such file; name another file",
  ]);
  expect(problemsOf({ manifest: tmpdir(), manifestFormat: "csv" })).toEqual([
    `--manifest ${tmpdir()}: this is a folder, not a file; name another file`,
  ]);
});
