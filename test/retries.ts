import type { Reporter, TestModule } from "vitest/node";

/** One test in so many may need a second try before the run fails for it. */
const ONE_IN = 100;

/**
 * Names every test that passed at its second try only, and fails the run when they are more than one in a hundred. A second
 * try is there for what no test can rule out (a port that the system gives to somebody else in between, a process that it
 * kills); a test that is named here is to be looked at, and one that is named twice is broken.
 */
export class Retries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const retried = tests.filter((test) => test.diagnostic()?.flaky);
    if (retried.length === 0) return;
    const names = retried.map((test) => `  ${test.module.relativeModuleId}: ${test.fullName}`);
    process.stderr.write(
      `\npassed at the second try only: ${retried.length} of ${tests.length} tests\n${names.join("\n")}\n`,
    );
    if (retried.length * ONE_IN <= tests.length) return;
    process.stderr.write(`that is more than one in ${ONE_IN}: the run fails\n`);
    process.exitCode = 1;
  }
}
