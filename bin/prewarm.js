#!/usr/bin/env node
// Says its name before anything heavy is imported, so that nobody looks at an empty screen. CommonJS (see package.json beside it), since
// Node.js starts its other loader only once something is imported, and `--version` imports nothing.
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const { version } = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));
const args = process.argv.slice(2);

if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.on("error", () => {}).write(`${version}\n`);
} else {
  // A reader that goes away (`prewarm ... | head`) is no reason to break off.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const silent =
    ["-q", "--quiet", "-h", "--help"].some((flag) => args.includes(flag)) ||
    ["help", "completion", "complete"].includes(args[0] ?? "");
  if (args.length > 0 && !args[0]?.startsWith("-") && !silent)
    process.stderr.write(`prewarm ${version} ${args[0]}\n`);
  import("../dist/cli.js").then(
    ({ main }) => main(args, version),
    (error) => {
      if (error.code !== "EMFILE" && error.code !== "ENFILE") throw error;
      process.stderr.write(
        "prewarm: this process may open too few files at a time (EMFILE); allow more of them (`ulimit -n 4096`), then run again\n",
      );
      process.exitCode = 1;
    },
  );
}
