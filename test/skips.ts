import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from "vitest/node";

/** Names at the end of a run what was skipped on this machine: the reason stands in a title that is shown nowhere else. */
export class Skips implements Reporter {
  #vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // With `-t` all others are skipped too.
    if (this.#vitest?.config.testNamePattern) return;
    const tests = modules.flatMap((module) => [...module.children.allTests("skipped")]);
    if (tests.length === 0) return;
    const wholes = new Map<TestCase | TestSuite, TestCase[]>();
    for (const test of tests) wholes.set(outermost(test), [...(wholes.get(outermost(test)) ?? []), test]);
    // A whole with one test in it may be there for the sake of its reason alone.
    const names = [...wholes].map(([whole, [test, ...others]]) =>
      lineOf(test && others.length === 0 ? test : whole),
    );
    process.stderr.write(`\nskipped here:\n${names.join("\n")}\n`);
  }
}

function lineOf(skipped: TestCase | TestSuite): string {
  return `  ${skipped.module.relativeModuleId}: ${skipped.fullName}`;
}

/** What was skipped as a whole, of which this is a part. */
function outermost(test: TestCase): TestCase | TestSuite {
  let whole: TestCase | TestSuite = test;
  for (let part: TestCase | TestSuite | TestModule = test; part.type !== "module"; part = part.parent)
    if (part.options.mode === "skip") whole = part;
  return whole;
}
