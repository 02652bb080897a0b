import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, it, onTestFinished } from "vitest";
import { report } from "../../src/commands/report.ts";
import type { ReportFlags } from "../../src/commands/report-flags.ts";
import { openWorld, type World } from "../helpers/world.ts";

type Place = Pick<World, "dir" | "ledgerUrl">;

/** `prewarm report` in this process, in the folder of a world. */
async function reported({ dir, ledgerUrl }: Place, file: string | undefined, flags: ReportFlags = {}) {
  const said = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof said) =>
    new Writable({
      write: (text, _encoding, done) => {
        said[name] += String(text);
        done();
      },
    });
  const env = { PREWARM_LEDGER: ledgerUrl ?? `sqlite:${join(dir, "prewarm.db")}` };
  const place = { env, folder: dir, stdout: stream("stdout"), stderr: stream("stderr") };
  const path = file === undefined || file === "-" ? file : join(dir, file);
  const code = await report(path, flags, place);
  return { code, ...said };
}

const pageAt = (world: World, name: string) => readFileSync(join(world.dir, name), "utf8");
/** With what is seen of it alone. */
const seen = (page: string) =>
  page
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

it("shows a run as it was, and then by what its ledger remembers", async () => {
  const world = await openWorld();
  world.putMany(7);
  world.put('a"<b>.txt', "hostile");
  world.put("big.zip", { bytes: 60_000_000 });
  const run = await world.run(["--report", "run.html"]);
  expect(run.code).toBe(3);
  const page = pageAt(world, "run.html");
  world.searchForSecrets({ stdout: page, stderr: "" });
  const text = seen(page);
  for (const part of [
    "8 got an id 1 failed 0 unknown",
    "exit 3 finished, but some items failed or are unknown",
    "kind document 8",
    "default x -1001 8",
    "failed file_too_big big.zip has 60.0 MB",
    "waiting for a lane",
    "a&quot;&lt;b&gt;.txt",
  ])
    expect(text).toContain(part);
  expect(page).toMatch(/data-plot="[^"]*allowed/);

  const past = await reported(world, "past.html");
  expect([past.code, past.stderr]).toEqual([0, expect.stringMatching(/past\.html has \d+ kB/)]);
  const old = seen(pageAt(world, "past.html"));
  for (const part of ["8 got an id 1 failed", "kind document 8", "default x -1001 8", "failed file_too_big"])
    expect(old).toContain(part);
  const listed = await reported(world, undefined, { list: true });
  expect(listed.stdout).toMatch(/^ {2}1 {2}\d{4}-\d\d-\d\d .* 8 ready, 1 failed\n$/);
  const piped = await reported(world, "-", { since: "1h" });
  expect(piped.stdout).toMatch(/^<!doctype html>[\s\S]*8<\/b>/);
});

it("refuses what would not be a page before anything is sent", async () => {
  const world = await openWorld();
  world.put("a.txt", "a");
  const wrong = await world.run(["--report", "manifest.jsonl"]);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("let the name end in .html")]);
  const nowhere = await world.run(["--report", "no/run.html"]);
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("there is no folder no")]);
  const planned = await world.run(["--report", "plan.html", "-n"]);
  expect([planned.code, planned.stderr]).toEqual([0, expect.stringContaining("a dry run sends nothing")]);
  expect(existsSync(join(world.dir, "plan.html"))).toBe(false);
  expect(world.posts()).toEqual([]);
});

it("says of the past what cannot be had", async () => {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-report-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const there = { dir: folder, ledgerUrl: null };
  await expect(reported(there, "x.html")).rejects.toThrow(/is not there: no run has made a ledger/);
  await expect(reported(there, undefined)).rejects.toThrow(/name the page/);
  await expect(reported(there, "x.html", { run: "0" })).rejects.toThrow(
    /--run "0": it must be a whole number/,
  );
  await expect(reported(there, "x.html", { run: "1", since: "1h" })).rejects.toThrow(/choose one/);
});

it("has a page for a ledger that remembers nothing", async () => {
  const world = await openWorld();
  expect((await world.run([])).code).toBe(0);
  expect((await reported(world, "none.html")).code).toBe(0);
  expect(seen(pageAt(world, "none.html"))).toContain("Nothing was tried.");
  await expect(reported(world, "x.html", { run: "4" })).rejects.toThrow(/--run 4: .* remembers: 0/);
  expect((await reported(world, undefined, { list: true })).stdout).toBe(
    "the ledger remembers no call yet\n",
  );
});

it("puts no page in the place of a ledger, and no part of one in that of a page", async () => {
  const world = await openWorld();
  await world.run([]);
  const ledger = readFileSync(join(world.dir, "prewarm.db"));
  await expect(reported(world, "prewarm.db")).rejects.toThrow(/it is a SQLite database, such as a ledger/);
  expect(readFileSync(join(world.dir, "prewarm.db")).equals(ledger)).toBe(true);
  writeFileSync(join(world.dir, "old.html"), "the page before");
  mkdirSync(join(world.dir, "old.html.part"));
  await expect(reported(world, "old.html")).rejects.toThrow(/it cannot be written/);
  expect(pageAt(world, "old.html")).toBe("the page before");
});
