import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { start } from "./helpers/child.ts";
import { openWorld, type World } from "./helpers/world.ts";

const ROOT = resolve(import.meta.dirname, "..");

/** What `npm install --omit=optional` leaves out, but for the reader of SQLite, which this Node.js may need. */
const LEFT_OUT = Object.keys(
  JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).optionalDependencies as object,
).filter((name) => name !== "libsql");

/** A project in which this package is installed without its optional packages, and what it exits with. */
function installedWithout(names: readonly string[]) {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "prewarm-optional-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const packages = join(folder, "node_modules");
  const scopes = names.flatMap((name) => (name.startsWith("@") ? [name.split("/")[0]] : []));
  mkdirSync(join(packages, "prewarm"), { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules")).filter((each) => !each.startsWith(".")))
    if (![...names, ...scopes].includes(name))
      symlinkSync(join(ROOT, "node_modules", name), join(packages, name));
  for (const part of ["dist", "bin", "package.json"])
    cpSync(join(ROOT, part), join(packages, "prewarm", part), { recursive: true });
  const bin = join(packages, "prewarm/bin/prewarm.js");
  return (world: World, ...args: string[]) =>
    start([process.execPath, bin, ...args], { cwd: world.dir, env: world.env() }).ended;
}

describe("without its optional packages", () => {
  it("it warms a manifest, and a bucket that it lists by requests of its own", async () => {
    const world = await openWorld();
    world.putMany(2);
    const run = installedWithout(LEFT_OUT);
    const manifest = world.file("m.jsonl", '{"key":"doc/0000.bin"}\n');
    expect(await run(world, "run", "--manifest", manifest, "--progress", "none")).toMatchObject({ code: 0 });
    expect(world.posts()).toHaveLength(1);
    expect(await run(world, "run", "--progress", "none")).toMatchObject({ code: 0 });
    expect(world.posts()).toHaveLength(2);
  });

  it("it says what a ledger in PostgreSQL needs", async () => {
    const world = await openWorld();
    const ended = await installedWithout(["pg"])(world, "status", "--ledger", "postgres://127.0.0.1:1/none");
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining("needs the package pg: npm i pg"),
    ]);
  });

  it("it says what a large video needs, and sends it not without its size and picture", async () => {
    const world = await openWorld();
    world.put("a.mp4", { bytes: 11_000_000 }, "video/mp4");
    const run = installedWithout(LEFT_OUT);
    const manifest = world.file("m.jsonl", '{"key":"a.mp4"}\n');
    const ended = await run(world, "run", "--manifest", manifest, "--json");
    expect(ended.code).toBe(3);
    expect(JSON.parse(ended.stdout.split("\n")[0] ?? "")).toMatchObject({
      status: "failed",
      reason: "package_missing",
      error: { class: "config", message: expect.stringContaining("mediabunny is not installed") },
    });
    expect(world.posts()).toEqual([]);
  });
});
