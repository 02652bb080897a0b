#!/usr/bin/env node
// Says its name before anything heavy is imported, so that nobody looks at an empty screen.
import { readFileSync } from "node:fs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const args = process.argv.slice(2);
// A reader that goes away (`prewarm ... | head`) is no reason to break off.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`${version}\n`);
} else {
  const silent =
    ["-q", "--quiet", "-h", "--help"].some((flag) => args.includes(flag)) ||
    ["help", "completion", "complete"].includes(args[0] ?? "");
  if (args.length > 0 && !args[0]?.startsWith("-") && !silent)
    process.stderr.write(`prewarm ${version} ${args[0]}\n`);
  const { main } = await import("../dist/cli.js");
  await main(args, version);
}
