import fc from "fast-check";
import { expect, it } from "vitest";
import { programOf } from "../../src/commands/program.ts";
import { holds } from "../helpers/holds.ts";
import { runHere } from "../helpers/run-here.ts";
import { openWorld } from "../helpers/world.ts";

/** Words as nobody should write them, and as somebody might. */
const ODD = [
  ...[
    "",
    " ",
    "-",
    "--",
    "-x",
    "--=",
    "--no-such-flag",
    "-1",
    "0",
    "1e9",
    "0x10",
    "NaN",
    "99999999999999999999",
  ],
  ...[
    "a.txt",
    "ü/🎬",
    "a\u0000b",
    "two\nlines",
    "\u001b[31m\u202e",
    "=1+1",
    "%",
    "**",
    "[",
    "{}",
    "null",
    "__proto__",
  ],
  ...[
    "sqlite:",
    "sqlite:none.db",
    "postgres://127.0.0.1:1/x",
    "http://[",
    "5m",
    "1/0",
    "1/h",
    "5%",
    "x".repeat(3_000),
  ],
];

/** Would begin what has no end of its own, or other programs. */
const LEFT_OUT = new Set(["--on-end", "--sandbox", "--yes", "--help", "--version"]);

/** Commands that end by themselves; all others are given a flag that there is none of, so that they do not begin. */
const ENDING = [
  "run",
  "status",
  "verify",
  "enqueue",
  "migrate",
  "lookup",
  "export",
  "import",
  "failures",
  "report",
];

const { commands } = programOf({ version: "0.0.0", done: () => {}, onRedactor: () => {} });

const argv = fc.constantFrom(...commands).chain((command) => {
  const flags = command.options
    .map(({ long, short }) => long ?? short ?? "")
    .filter((flag) => !LEFT_OUT.has(flag));
  const word = fc.constantFrom(...flags, ...ODD);
  const joined = fc
    .tuple(fc.constantFrom(...flags, "--x"), fc.constantFrom(...ODD))
    .map((both) => both.join("="));
  return fc
    .array(fc.oneof(word, word, joined), { maxLength: 3 })
    .map((words) => [
      command.name(),
      ...(ENDING.includes(command.name()) ? [] : ["--no-such-flag"]),
      ...words,
    ]);
});

it("any command line ends in a documented exit code, and says what is wrong with it in lines of ours", async () => {
  const world = await openWorld();
  const env = { ...world.env(), PREWARM_TIME_SCALE: "1000" };
  const codes = new Set<number>();
  await holds(
    argv,
    async (args) => {
      const { code, stderr } = await runHere(args, { env, cwd: world.dir });
      expect([0, 1, 2, 3, 4, 5]).toContain(code);
      if (args.includes("--no-such-flag") && !args.includes("--")) expect(code).toBe(2);
      expect(stderr).not.toMatch(/unexpected error|^ {4}at |(?!\n)\p{Cc}|\u202e/mu);
      if (code === 2) expect(stderr).toMatch(/\S/);
      world.searchForSecrets({ stdout: "", stderr });
      codes.add(code);
    },
    80,
  );
  expect([...codes].toSorted()).toEqual(expect.arrayContaining([0, 2]));
});
