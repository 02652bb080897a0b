import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Change {
  readonly file: string;
  readonly change: readonly (readonly [from: string, to: string])[];
}

interface Fault extends Change {
  readonly name: string;
  readonly and?: readonly Change[];
}

const FAULTS = JSON.parse(readFileSync(join(import.meta.dirname, "faults.json"), "utf8")) as readonly Fault[];
const BUILT = join(import.meta.dirname, "../../dist");

// They are put into built code, and have to be moved with it.
it.each(FAULTS)("fits the code: $name", ({ file, change, and = [] }) => {
  for (const each of [{ file, change }, ...and]) {
    const code = readFileSync(join(BUILT, each.file), "utf8");
    for (const [from] of each.change) expect(code.split(from), from).toHaveLength(2);
  }
});
