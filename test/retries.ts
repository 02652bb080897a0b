import type { Reporter, TestCase, TestModule } from "vitest/node";

/** One test in so many may need a second try before the run fails for it. */
const ONE_IN = 100;

/** Of what went wrong: about as much as says where. */
const MOST = 600;

function told(test: TestCase): string {
  const errors = (test.result().errors ?? []).map(({ message, stacks }) => {
    const at = stacks?.[0];
    return `    ${message.slice(0, MOST)}${at ? ` (${at.file}:${at.line})` : ""}\n`;
  });
  return `  ${test.module.relativeModuleId}: ${test.fullName}\n${errors.join("")}`;
}

/**
 * Names, with what went wrong at first, every test that passed at its second try only, and fails the run when they are more than one in a hundred. A second
 * try is there for what no test can rule out (a port that the system gives to somebody else in between, a process that it
 * kills); a test that is named here is to be looked at, and one that is named twice is broken.
 */
export class Retries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const retried = tests.filter((test) => test.diagnostic()?.flaky);
    if (retried.length === 0) return;
    process.stderr.write(
      `\npassed at the second try only: ${retried.length} of ${tests.length} tests\n${retried.map(told).join("")}`,
    );
    if (retried.length * ONE_IN <= tests.length) return;
    process.stderr.write(`that is more than one in ${ONE_IN}: the run fails\n`);
    process.exitCode = 1;
  }
}
