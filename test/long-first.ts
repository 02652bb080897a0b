import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files of half a minute and more, the longest first. On a fresh clone vitest knows of none how long it takes, and goes by size. */
export const LONGEST: readonly string[] = [
  "test/simulation/seeded/seeds.test.ts",
  "test/simulation/fleets/fleets.test.ts",
  "test/simulation/seeded/found.test.ts",
  "test/cli/many-machines.test.ts",
  "test/cli/sleeping-postgres.test.ts",
  "test/cli/content.test.ts",
  "test/ledgers/postgres.test.ts",
  "test/cli/verify.test.ts",
  "test/cli/init.test.ts",
  "test/bench/experiments.test.ts",
  "test/simulation/simulate.test.ts",
];

/** Begins with the files that take longest, so that none of them runs alone at the end, and goes on in vitest's own order. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = LONGEST.indexOf(relative(this.ctx.config.root, moduleId).replaceAll("\\", "/"));
      return place < 0 ? LONGEST.length : place;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
