/**
 * What of the guarding code could be otherwise without anybody noticing? Changes one thing at a time in a copy of the tree (a
 * condition, a call, a word of SQL), and runs the tests of its room and the simulation on it. Prints those that survive.
 *
 *     npm run mutate [-- --list] [--only PART OF A PATH] [--every N]
 *
 * `--every 4` takes each fourth mutant only. Ends 1 when fewer than 85 of 100 were killed.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ENOUGH = 0.85;
const SEEDS = "test/simulation/seeded/seeds.test.ts";

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
  options: { list: { type: "boolean" }, only: { type: "string" }, every: { type: "string" } },
});
const all = GUARDS.flatMap(({ files, tests }) =>
  files.flatMap((file) => mutantsOf(file).map((mutant) => ({ ...mutant, file, tests }))),
);
const chosen = all
  .filter(({ file }) => file.includes(values.only ?? ""))
  .filter((_, at) => at % Number(values.every ?? 1) === 0);
if (values.list) for (const each of chosen) console.log(nameOf(each));
process.exit(values.list ? 0 : judge());

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
      return [{ at, line: line.trim(), from: match[0].trim(), to: changed.trim(), mutated }];
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
    const tests = [...new Set(chosen.flatMap((each) => each.tests))];
    if (fails(copy, [...tests, SEEDS])) throw new Error("the tests fail without any mutant");
    const survivors = chosen.filter((mutant) => survives(copy, mutant));
    const killed = chosen.length - survivors.length;
    console.log(
      `${killed} of ${chosen.length} mutants killed (${((100 * killed) / chosen.length).toFixed(1)} %)`,
    );
    return killed >= ENOUGH * chosen.length ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function survives(copy, mutant) {
  const { file, tests, mutated } = mutant;
  writeFileSync(join(copy, file), mutated);
  const isKilled = fails(copy, tests) || fails(copy, [SEEDS]);
  writeFileSync(join(copy, file), readFileSync(join(ROOT, file)));
  console.log(`${isKilled ? "killed  " : "SURVIVES"}  ${nameOf(mutant)}`);
  return !isKilled;
}

function fails(copy, tests) {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const args = [
    vitest,
    "run",
    "--config",
    "test/vitest.config.ts",
    "--bail",
    "1",
    "--retry",
    "0",
    "--reporter",
    "dot",
    ...tests,
  ];
  const env = { ...process.env, PREWARM_SEEDS: "100" };
  const { status } = spawnSync(process.execPath, args, { cwd: copy, env, stdio: "ignore", timeout: 300_000 });
  return status !== 0;
}
