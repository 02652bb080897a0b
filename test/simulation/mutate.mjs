/**
 * What of the guarding code could be otherwise without anybody noticing? Changes one thing at a time in a copy of it (a
 * condition, a call, a word of SQL), and lets the simulation and the tests of its room run on it. Prints those that survive.
 *
 *     npm run mutate [-- --list] [--only PART OF A PATH] [--sample N [--seed S]] [--every N] [--from N]
 *
 * `--sample 5` takes five of each file, drawn by a seed, 1 without `--seed`;
 * `--every 4` takes each fourth mutant only; `--from 30` leaves out the first 29 of the list, which an earlier run has judged.
 * Ends 1 when fewer than 85 of 100 were killed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { transformSync } from "esbuild";
import { BUILT, build } from "./build.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ENOUGH = 0.85;
/** Seeds of which one has to find it. */
const SEEDS = 60;
/** Plays seeds until one finds something: process.argv[1] is the folder of the built simulation. */
const PLAY = `
  const of = (name) => import(process.argv[1] + "/" + name + ".js");
  const [{ play }, { scenarioOf }] = [await of("play"), await of("scenario")];
  for (let seed = 1; seed <= ${SEEDS}; seed++) if ((await play(scenarioOf(seed))).wrongs.length > 0) process.exit(1);
  process.exit(0);`;
const BUILT_COPY = `${BUILT}-mutant`;
/** After so many milliseconds it hangs, by what was changed. */
const HANGS_MS = 300_000;

const GUARDS = [
  {
    files: ["attempts", "confirm", "content", "keys", "rows"].map((name) => `src/ledgers/sql/${name}.ts`),
    tests: ["test/ledgers/sqlite.test.ts"],
  },
  {
    files: ["src/pipeline/follow-up.ts"],
    tests: ["test/pipeline/follow-up.test.ts", "test/pipeline/settle.test.ts"],
  },
  {
    files: ["pace", "permit", "lane"].map((name) => `src/lanes/${name}.ts`),
    tests: ["pace", "permit", "lane", "lanes"].map((name) => `test/lanes/${name}.test.ts`),
  },
  {
    files: ["src/pipeline/claims.ts"],
    tests: ["test/pipeline/claims.test.ts", "test/pipeline/intake.test.ts"],
  },
];

/** What is changed into what. */
const CHANGES = [
  [/ === /g, " !== "],
  [/ !== /g, " === "],
  [/ <= /g, " < "],
  [/ >= /g, " > "],
  [/ < /g, " <= "],
  [/ > /g, " >= "],
  [/ && /g, " || "],
  [/ \|\| /g, " && "],
  [/Math\.max\(/g, "Math.min("],
  [/Math\.min\(/g, "Math.max("],
  [/ \+ (?=[a-z\d(])/g, " - "],
  [/ - (?=[a-z\d(])/g, " + "],
  [/ \+= /g, " -= "],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/where not \$\{/g, "where ${"],
  [/and not \$\{/g, "and ${"],
  [/ and /g, " or "],
  [/ or /g, " and "],
  [/set status = '\w+'/g, "set status = status"],
  [/state = 'sending'/g, "state <> 'sending'"],
  [/status = 'ready'/g, "status <> 'ready'"],
  [/next_retry_at = null/g, "next_retry_at = next_retry_at"],
  [/coalesce\((\w+), 0\) \+ 1/g, "coalesce($1, 0)"],
  [/, "(?:ready|retry|failed|unknown)", /g, ', "retry", '],
  [/\{ do: "(?:again|doubt|hold|release)"/g, '{ do: "fail"'],
  [/\{ do: "fail" \}/g, '{ do: "release" }'],
  // A call of its own is not made.
  [/^ +(?:if \(.*\) )?(?:await |yield\* )?(?:this|store|db|[a-z]\w*)[\w.#?]*\(.*\);$/gm, ";"],
  [/^( +if \().*(\) (?:return|for|continue|this|store|db|stop|lane).*)$/gm, "$1false$2"],
];
/** Lines that say nothing at run time. */
const SILENT = /^\s*(?:\*|\/\/|\/\*|import|export (?:type|interface)|readonly|state: ")|^\s*\| /;

const { values } = parseArgs({
  options: {
    list: { type: "boolean" },
    only: { type: "string" },
    sample: { type: "string" },
    seed: { type: "string" },
    every: { type: "string" },
    from: { type: "string" },
  },
});
const all = GUARDS.flatMap(({ files, tests }) =>
  files.flatMap((file) => mutantsOf(file).map((mutant) => ({ ...mutant, file, tests }))),
);
const chosen = (values.sample ? sampled(Number(values.sample), Number(values.seed ?? 1)) : all)
  .filter(({ file }) => file.includes(values.only ?? ""))
  .filter((_, at) => at % Number(values.every ?? 1) === 0)
  .slice(Number(values.from ?? 1) - 1);
if (values.list) for (const each of chosen) console.log(nameOf(each));
process.exit(values.list ? 0 : judge());

/** So many of each file, in the order of the list. */
function sampled(count, seed) {
  const drawn = new Map(all.map((mutant, at) => [mutant, hashOf(`${seed} ${at}`)]));
  const files = [...new Set(all.map(({ file }) => file))];
  const some = files.flatMap((file) => {
    const ofFile = all.filter((mutant) => mutant.file === file);
    return ofFile.sort((a, b) => drawn.get(a).localeCompare(drawn.get(b))).slice(0, count);
  });
  return all.filter((mutant) => some.includes(mutant));
}

function hashOf(text) {
  return createHash("sha256").update(text).digest("hex");
}

function mutantsOf(file) {
  const code = readFileSync(join(ROOT, file), "utf8");
  return CHANGES.flatMap(([from, to]) =>
    [...code.matchAll(from)].flatMap((match) => {
      const changed = match[0].replace(new RegExp(from.source, from.flags.replace("g", "")), to);
      const begin = code.lastIndexOf("\n", match.index + (match[0].startsWith("\n") ? 1 : 0)) + 1;
      const end = code.indexOf("\n", match.index);
      const line = code.slice(begin, end);
      if (changed === match[0] || SILENT.test(line)) return [];
      const mutated = code.slice(0, match.index) + changed + code.slice(match.index + match[0].length);
      const at = code.slice(0, match.index).split("\n").length;
      return [{ at, line: line.trim(), from: match[0].trim(), to: changed.trim(), mutated, code }];
    }),
  );
}

function nameOf({ file, at, from, to, line }) {
  return `${file}:${at}  \`${from}\` -> \`${to}\`  in  ${line.slice(0, 100)}`;
}

function judge() {
  const copy = mkdtempSync(join(tmpdir(), "prewarm-mutants-"));
  try {
    for (const name of ["src", "test", "package.json", "tsconfig.json", "fixtures"])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
    build();
    rmSync(BUILT_COPY, { recursive: true, force: true });
    cpSync(BUILT, BUILT_COPY, { recursive: true });
    if (seedsFail() || testsFail(copy, [...new Set(chosen.flatMap((each) => each.tests))]))
      throw new Error("something fails without any mutant");
    const survivors = chosen.filter((mutant) => survives(copy, mutant));
    const killed = chosen.length - survivors.length;
    console.log(
      `${killed} of ${chosen.length} mutants killed (${((100 * killed) / chosen.length).toFixed(1)} %)`,
    );
    return killed >= ENOUGH * chosen.length ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
    rmSync(BUILT_COPY, { recursive: true, force: true });
  }
}

function survives(copy, mutant) {
  const { file, tests, mutated, code } = mutant;
  const built = join(BUILT_COPY, file.replace(/ts$/, "js"));
  const before = readFileSync(built);
  writeFileSync(built, asBuilt(mutated));
  writeFileSync(join(copy, file), mutated);
  const by = seedsFail() ? "seeds" : testsFail(copy, tests) ? "tests" : null;
  writeFileSync(join(copy, file), code);
  writeFileSync(built, before);
  console.log(`${by === null ? "SURVIVES       " : `killed by ${by}`}  ${nameOf(mutant)}`);
  return by === null;
}

/** Without its types, and with the names of its imports as they are once they are built. */
function asBuilt(code) {
  const { code: js } = transformSync(code, { loader: "ts", format: "esm", target: "node20" });
  return js.replace(/(from "\.[^"]*)\.ts"/g, '$1.js"');
}

function seedsFail() {
  const folder = pathToFileURL(join(BUILT_COPY, "test/simulation/seeded")).href;
  return fails(["--input-type=module", "-e", PLAY, "--", folder], ROOT);
}

function testsFail(copy, tests) {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const flags = ["--config", "test/vitest.config.ts", "--bail", "1", "--retry", "0", "--reporter", "dot"];
  return fails([vitest, "run", ...flags, ...tests], copy);
}

function fails(args, cwd) {
  const { status } = spawnSync(process.execPath, args, { cwd, stdio: "ignore", timeout: HANGS_MS });
  return status !== 0;
}
