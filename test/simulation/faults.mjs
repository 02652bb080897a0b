/**
 * Does the simulation bite? Puts each fault of faults.json, a replacement of text in built code, into a copy of its own, and
 * lets seeds run, from 1 on without `--from`, until one finds it, those that have packs for a fault in what packs alone come by. Prints the table of the README; ends 1 when one was not found.
 *
 *     node test/simulation/faults.mjs [--from SEED] [--count SCHEDULES, 10000 without it] [--only REGULAR EXPRESSION OF NAMES]
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { BUILT, build } from "./build.mjs";

const { values } = parseArgs({
  options: { from: { type: "string" }, count: { type: "string" }, only: { type: "string" } },
});
const { from: FROM = "1", count: COUNT = "10000" } = values;
const COPY = `${BUILT}-fault-${process.pid}`;
const PROGRAM =
  "const [, file, name, ...flags] = process.argv; process.exit(await (await import(file))[name](flags, {}))";
/** What plays seeds, by whether the fault is one of processes that share a ledger. */
const PLAYS = { false: ["seeded/main.js", "main"], true: ["fleets/fleet-main.js", "fleets"] };

build();
const faults = JSON.parse(readFileSync(new URL("faults.json", import.meta.url), "utf8"));
let missed = 0;
console.log("| fault | in | seed | schedules | what was seen |\n| --- | --- | --- | --- | --- |");
for (const fault of faults.filter(({ name }) => new RegExp(values.only ?? "").test(name))) {
  const { seed, what } = search(fault);
  if (seed === null) missed += 1;
  console.log(
    `| ${fault.name} | \`${fault.file.replace(/js$/, "ts")}\` | ${seed ?? "not found"} | ${seed === null ? COUNT : seed - FROM + 1} | ${what} |`,
  );
}
rmSync(COPY, { recursive: true, force: true });
process.exit(missed > 0 ? 1 : 0);

function search(fault) {
  rmSync(COPY, { recursive: true, force: true });
  cpSync(BUILT, COPY, { recursive: true });
  for (const { file, change } of [fault, ...(fault.and ?? [])]) apply(join(COPY, "src", file), change);
  const [file, name] = PLAYS[fault.fleet === true];
  const flags = ["--from", FROM, "--count", COUNT, "--first", ...(fault.packs ? ["--packs"] : [])];
  const main = pathToFileURL(join(COPY, "test/simulation", file)).href;
  const ran = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", PROGRAM, "--", main, name, ...flags],
    {
      encoding: "utf8",
    },
  );
  const [, seed, what] = /^seed (\d+): (.*)/m.exec(ran.stdout) ?? [];
  if (seed === undefined && ran.status !== 0) throw new Error(`${fault.name}: ${ran.stderr}`);
  return { seed: seed ?? null, what: (what ?? "").slice(0, 90).replaceAll("|", "/") };
}

function apply(path, change) {
  let code = readFileSync(path, "utf8");
  for (const [from, to] of change) {
    if (code.split(from).length !== 2) throw new Error(`${path}: there is not one "${from}"`);
    code = code.replace(from, () => to);
  }
  writeFileSync(path, code);
}
