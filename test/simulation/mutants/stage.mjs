import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";
import { BUILT, build } from "../build.mjs";
import { TestRunner } from "./test-runner.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const COPIED = [
  "src",
  "test",
  "bin",
  "dist",
  "docs",
  "fixtures",
  "package.json",
  "tsconfig.json",
  "README.md",
];
/** Seeds of which one has to find it. */
const SEEDS = 60;
/** Plays seeds until one finds something: the folder of the built simulation, and which of its scenarios. */
const PLAY = `
  const [folder, which] = process.argv.slice(1);
  const of = (name) => import(folder + "/" + name + ".js");
  const [{ play }, { scenarioOf }] = [await of("play"), await of("scenario")];
  const isOf = {
    all: () => true,
    looks: ({ parts }) => parts.some(({ type }) => type === "pause"),
    packs: ({ packs }) => packs !== undefined,
  };
  for (let seed = 1, played = 0; played < ${SEEDS}; seed++) {
    const scenario = scenarioOf(seed);
    if (!isOf[which](scenario)) continue;
    if ((await play(scenario)).wrongs.length > 0) process.exit(1);
    played += 1;
  }
  process.exit(0);`;
/** What takes so many times as long as it does without a mutant hangs, and what takes less than so many milliseconds never does. */
const [HANGS_AT, LEAST_MS] = [5, 30_000];

/** Seeds take as long as the machine is busy, and what does not end may be that alone. */
const SEEDS_HANG_MS = 600_000;

/** A copy of the code in which mutants are put, one at a time. */
export class Stage {
  #copy = mkdtempSync(join(tmpdir(), "prewarm-mutants-"));
  #built = `${BUILT}-mutant-${process.pid}`;
  #tests = new TestRunner(this.#copy);
  #wide;
  #seeds;
  /** What takes longer hangs, by what was changed. */
  #hangsMs = 0;

  /** `wide`: also by the tests that take longer; `seeds`: also by the simulation, where it plays what is changed. */
  constructor({ wide, seeds }) {
    this.#wide = wide;
    this.#seeds = seeds;
    process.on("exit", () => this.#remove());
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#copy, name), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(this.#copy, "node_modules"));
    build();
    rmSync(this.#built, { recursive: true, force: true });
    cpSync(BUILT, this.#built, { recursive: true });
  }

  close() {
    return this.#tests.close();
  }

  #remove() {
    rmSync(this.#copy, { recursive: true, force: true });
    rmSync(this.#built, { recursive: true, force: true });
  }

  /** Returns what kills code without any mutant of a group, which nothing should; nor in the order in which tests then go. */
  async rehearse(group) {
    this.#hangsMs = 1_800_000;
    const began = performance.now();
    const by = await this.#killerIn(group);
    this.#hangsMs = Math.max(LEAST_MS, HANGS_AT * Math.ceil(performance.now() - began));
    return by ?? (await this.#killerIn(group));
  }

  /** Returns what kills a mutant of a group, or null: tests of the room, which are soon over, then seeds, then wide tests. */
  async killerOf({ file, mutated, code }, group) {
    const built = join(this.#built, file.replace(/ts$/, "js"));
    const before = group.seeds ? readFileSync(built) : null;
    this.#write(file, mutated);
    if (before) writeFileSync(built, asBuilt(mutated));
    const by = await this.#killerIn(group);
    this.#write(file, code);
    if (before) writeFileSync(built, before);
    return by;
  }

  async #killerIn({ tests, wide = [], seeds = null }) {
    const failed = await this.#tests.failureOf(tests, this.#hangsMs);
    if (failed) return failed;
    const bySeeds = seeds && this.#seeds ? this.#seedsFail(seeds) : null;
    if (bySeeds) return bySeeds;
    return this.#wide && wide.length > 0 ? this.#tests.failureOf(wide, this.#hangsMs) : null;
  }

  #write(file, code) {
    writeFileSync(join(this.#copy, file), code);
    this.#tests.changed(join(this.#copy, file));
  }

  #seedsFail(which) {
    const folder = pathToFileURL(join(this.#built, "test/simulation/seeded")).href;
    const args = ["--input-type=module", "-e", PLAY, "--", folder, which];
    const flags = { cwd: ROOT, stdio: "ignore", timeout: SEEDS_HANG_MS, killSignal: "SIGKILL" };
    const { status, error } = spawnSync(process.execPath, args, flags);
    if (status === 0) return null;
    return error ? "seeds, which hang" : "seeds";
  }

  /**
   * Of these mutants, returns those that the compiler refuses: all are compiled at once, each beside the file that it is of. Where one
   * cannot even be read it says nothing of types, so those that are left are compiled again.
   */
  refused(mutants) {
    const refused = new Set();
    for (let more = null; more?.size !== 0; ) {
      more = this.#refusedAtOnce(mutants.filter((mutant) => !refused.has(mutant)));
      for (const mutant of more) refused.add(mutant);
    }
    return refused;
  }

  #refusedAtOnce(mutants) {
    const pathOf = ({ file }, at) => join(this.#copy, file.replace(/\.ts$/, `.mutant-${at}.ts`));
    for (const [at, mutant] of mutants.entries()) writeFileSync(pathOf(mutant, at), mutant.mutated);
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const lax = ["--noUnusedLocals", "false", "--noUnusedParameters", "false"];
    const args = [tsc, "-p", "src", "--noEmit", "--pretty", "false", ...lax];
    const { stdout } = spawnSync(process.execPath, args, { cwd: this.#copy, encoding: "utf8" });
    for (const [at, mutant] of mutants.entries()) rmSync(pathOf(mutant, at));
    const numbers = [...stdout.matchAll(/\.mutant-(\d+)\.ts\(\d/g)].map(([, at]) => Number(at));
    return new Set(numbers.map((at) => mutants[at]));
  }
}

/** Without its types, and with the names of its imports as they are once they are built. */
function asBuilt(code) {
  const { code: js } = transformSync(code, { loader: "ts", format: "esm", target: "node20" });
  return js.replace(/(from "\.[^"]*)\.ts"/g, '$1.js"');
}
