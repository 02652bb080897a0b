/**
 * What of the guarding code could be otherwise without anybody noticing? Changes one thing at a time in a copy of it (a
 * condition, a call, a word of SQL), and lets the simulation and the tests of its room run on it, what is over first at first, up to the
 * first failure. Prints those that survive.
 *
 *     npm run mutate [-- --list] [--group NAME,NAME] [--only PART OF A PATH] [--lines N,N] [--sample N [--seed S]] [--every N] [--from N] [--wide] [--no-seeds]
 *
 * The groups are those of mutants/guards.mjs; without `--group` all of them.
 * `--sample 5` takes five of each file, drawn by a seed, 1 without `--seed`;
 * `--every 4` takes each fourth mutant only; `--from 30` leaves out the first 29 of the list, which an earlier run has judged; `--lines 12,30` with
 * `--only` takes those of these lines, to judge survivors again.
 * `--wide` has tests of whole commands play what the tests of its room let live, which takes far longer; `--no-seeds` leaves out the simulation.
 * Mutants that the compiler refuses are not counted. Ends 1 when fewer than 85 of 100 were killed.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { mutantsOf, nameOf } from "./mutants/changes.mjs";
import { GROUPS } from "./mutants/guards.mjs";
import { Stage } from "./mutants/stage.mjs";

const ROOT = new URL("../../", import.meta.url);
const ENOUGH = 0.85;

const { values } = parseArgs({
  options: {
    list: { type: "boolean" },
    group: { type: "string" },
    only: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string" },
    every: { type: "string" },
    from: { type: "string" },
    lines: { type: "string" },
    wide: { type: "boolean", default: false },
    "no-seeds": { type: "boolean", default: false },
  },
});
const wanted = values.group?.split(",") ?? GROUPS.map(({ name }) => name);
const unknown = wanted.filter((name) => !GROUPS.some((group) => group.name === name));
if (unknown.length > 0)
  throw new Error(`no group ${unknown}; there are ${GROUPS.map(({ name }) => name).join(", ")}`);
const all = GROUPS.filter(({ name }) => wanted.includes(name)).flatMap((group) =>
  group.files.flatMap((file) =>
    mutantsOf(file, readFileSync(new URL(file, ROOT), "utf8")).map((mutant) => ({ ...mutant, group })),
  ),
);
const lines = values.lines ? new Set(values.lines.split(",")) : null;
const chosen = (values.sample ? sampled(Number(values.sample), Number(values.seed ?? 1)) : all)
  .filter(({ file }) => file.includes(values.only ?? ""))
  .filter(({ at }) => lines === null || lines.has(String(at)))
  .filter((_, at) => at % Number(values.every ?? 1) === 0)
  .slice(Number(values.from ?? 1) - 1);
if (values.list) for (const each of chosen) console.log(nameOf(each));
process.exitCode = values.list ? 0 : await judge();

/** So many of each file, in the order of the list: a file that changes does not change what is drawn of others. */
function sampled(count, seed) {
  const files = [...new Set(all.map(({ file }) => file))];
  const some = files.flatMap((file) => {
    const ofFile = all.filter((mutant) => mutant.file === file);
    const drawn = new Map(ofFile.map((mutant, at) => [mutant, hashOf(`${seed} ${file} ${at}`)]));
    return ofFile.sort((a, b) => drawn.get(a).localeCompare(drawn.get(b))).slice(0, count);
  });
  return all.filter((mutant) => some.includes(mutant));
}

function hashOf(text) {
  return createHash("sha256").update(text).digest("hex");
}

async function judge() {
  const stage = new Stage({ wide: values.wide, seeds: !values["no-seeds"] });
  try {
    const refused = stage.refused(chosen);
    const played = chosen.filter((mutant) => !refused.has(mutant));
    const survivors = [];
    for (const group of new Set(played.map((each) => each.group)))
      survivors.push(...(await survivorsOf(stage, group, played)));
    return told({ refused: refused.size, played, survivors });
  } finally {
    await stage.close();
  }
}

async function survivorsOf(stage, group, played) {
  const found = await stage.rehearse(group);
  if (found) throw new Error(`${found} fails without any mutant`);
  const survivors = [];
  for (const mutant of played.filter((each) => each.group === group)) {
    const began = performance.now();
    const by = await stage.killerOf(mutant, group);
    const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    console.log(
      `${by === null ? "SURVIVES" : "killed"}  ${nameOf(mutant)}${by ? `  by ${by}` : ""}  (${took})`,
    );
    if (by === null) survivors.push(mutant);
  }
  return survivors;
}

/** Prints how many were killed, of each group and of all; returns the exit code. */
function told({ refused, played, survivors }) {
  const sum = (name, of) => {
    const [left, count] = [survivors, played].map((list) => list.filter(of).length);
    console.log(`${name}: ${count - left} of ${count} mutants killed (${percent(count - left, count)})`);
  };
  for (const group of new Set(played.map((each) => each.group)))
    sum(group.name, (each) => each.group === group);
  sum("all", () => true);
  if (refused > 0) console.log(`${refused} more do not compile`);
  return survivors.length <= (1 - ENOUGH) * played.length ? 0 : 1;
}

function percent(part, whole) {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}
