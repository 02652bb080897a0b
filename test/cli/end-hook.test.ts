import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runHook } from "../../src/commands/end-hook.ts";
import { withoutHook } from "../../src/commands/hook-words.ts";
import { wordingHere } from "../../src/commands/place.ts";
import { programOf } from "../../src/commands/program.ts";
import { openWorld } from "../helpers/world.ts";

const NODE = process.execPath;
const KEEP = `const { readFileSync, writeFileSync } = require("node:fs");
const [out, ...args] = process.argv.slice(2);
writeFileSync(out, JSON.stringify([args, readFileSync(0, "utf8")]));`;

it("gives the summary of a run to a program, with its arguments as they are", async () => {
  const world = await openWorld();
  world.putMany(1);
  const script = world.file("keep.cjs", KEEP);
  const out = join(world.dir, "heard.json");
  const { code } = await world.run([
    "--json",
    "--on-end",
    process.execPath,
    script,
    out,
    "$HOME; *",
    "two words",
  ]);
  expect(code).toBe(0);
  const [args, summary] = JSON.parse(readFileSync(out, "utf8")) as [string[], string];
  expect(args).toEqual(["$HOME; *", "two words"]);
  expect(JSON.parse(summary)).toMatchObject({ type: "summary", ready: 1, exit_code: 0 });
});

it("leaves flags to the program that stands behind --", () => {
  const program = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
  const run = program.commands.find((each) => each.name() === "run");
  const left = withoutHook(["run", "-q", "--on-end", "--", "sh", "-c", "cat > x", "--"], program);
  expect(left).toEqual(["run", "-q"]);
  expect(run?.getOptionValue("onEnd")).toEqual(["sh", "-c", "cat > x", "--"]);
  for (const argv of [
    ["run", "--on-end", "jq", "."],
    ["run", "--on-end", "--"],
    ["run", "--", "--on-end"],
    ["status", "--on-end", "--", "jq"],
    [],
  ])
    expect(withoutHook(argv, program)).toEqual(argv);
});

it("takes no flag of that program for a file of the configuration", () => {
  const argv = [
    "node",
    "prewarm",
    "run",
    "--config",
    "my.json",
    "--on-end",
    "--",
    "curl",
    "--config",
    "curl.cfg",
  ];
  expect(wordingHere(argv)("`prewarm status`")).toMatch(/ status --config my\.json`$/);
});

it.each([
  ["is not there", ["no-such-program-of-this-test"], /ENOENT/],
  ["fails", [NODE, "-e", "process.exit(7)"], /^it ended with 7$/],
  ["reads nothing", [NODE, "-e", "process.stdin.destroy()"], null],
  ["is killed", [NODE, "-e", "process.kill(process.pid, 'SIGKILL')"], /SIGKILL/],
])("says so when the program %s", async (_, command, problem) => {
  const said = await runHook(command, "x".repeat(1_000_000));
  if (problem === null) expect(said).toBeNull();
  else expect(said).toMatch(problem);
});
