import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { BenchReport } from "../../src/bench/types.ts";
import { BIN, start } from "../helpers/child.ts";

function bench(args: readonly string[]) {
  const cwd = mkdtempSync(join(tmpdir(), "prewarm-bench-cli-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const running = start([process.execPath, BIN, "bench", ...args], { cwd, env: {} });
  const report = (name: string) => JSON.parse(readFileSync(join(cwd, name), "utf8")) as BenchReport;
  return { ...running, report };
}

it("measures a scenario, prints its rows and writes the report", async () => {
  const { ended, report } = bench(["pace", "--json", "pace.json"]);
  const { code, stdout, stderr } = await ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining("pace: ")]);
  expect(stdout).toContain("adaptive");
  const { type, schema, environment, scenarios } = report("pace.json");
  expect([type, schema, environment.node]).toEqual(["bench", 1, process.version]);
  expect(scenarios.map(({ scenario }) => scenario)).toEqual(["pace"]);
  expect(scenarios[0]?.ratios[0]?.samples.length).toBeGreaterThan(0);
  expect(scenarios[0]?.simulated).toContain("virtual clock");
});

it("stopped by Ctrl-C prints and writes what there is, and ends 130", async () => {
  const { ended, heard, signal, report } = bench(["pace", "scale", "--json", "cut.json"]);
  await expect.poll(heard).toContain("pace: ");
  signal("SIGINT");
  expect((await ended).code).toBe(130);
  const [pace, scale] = report("cut.json").scenarios;
  expect(pace?.incomplete).not.toBe("stopped before its end");
  expect(scale?.incomplete ?? "stopped before its end").toContain("stopped before its end");
});

it("ends 2 at once for a scenario and for a format that there is none of", async () => {
  const [wrong, csv] = await Promise.all([bench(["signr"]).ended, bench(["--format", "csv"]).ended]);
  expect([wrong.code, csv.code]).toEqual([2, 2]);
  expect(wrong.stderr).toContain("did you mean signer?");
  expect(csv.stderr).toContain("github-action-benchmark");
});
