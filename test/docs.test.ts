import { existsSync, readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addBenchFlags } from "../src/commands/bench-flags.ts";
import { addExportFlags } from "../src/commands/export-flags.ts";
import { addFailuresFlags } from "../src/commands/failures-flags.ts";
import { addImportFlags } from "../src/commands/import-flags.ts";
import { addLookupFlags } from "../src/commands/lookup-flags.ts";
import { addRunFlags } from "../src/commands/run-flags.ts";
import { addSandboxFlags } from "../src/commands/sandbox-flags.ts";
import { addStatusFlags } from "../src/commands/status-flags.ts";
import { addVerifyFlags } from "../src/commands/verify-flags.ts";
import { addWorkerFlags } from "../src/commands/worker-flags.ts";
import { SECRETS, SETTINGS } from "../src/config/settings.ts";
import { REASONS } from "../src/domain/reasons.ts";
import { SKIP_REASONS } from "../src/domain/skip-reasons.ts";

const README = new URL("../README.md", import.meta.url);
const text = existsSync(README) ? readFileSync(README, "utf8") : "";

const commands = [
  addRunFlags(new Command("run")),
  addWorkerFlags(new Command("worker")),
  addSandboxFlags(new Command("sandbox")),
  addStatusFlags(new Command("status")),
  addBenchFlags(new Command("bench")),
  addLookupFlags(new Command("lookup")),
  addExportFlags(new Command("export")),
  addImportFlags(new Command("import")),
  addFailuresFlags(new Command("failures")),
  addVerifyFlags(new Command("verify")),
];
const flags = commands.flatMap((command) =>
  command.options.flatMap(({ long }) => (long ? [`${long} of ${command.name()}`] : [])),
);

const PROXIES = /^https?_proxy$|^no_proxy$/;
const variables = [...Object.values(SETTINGS).flatMap(({ env }) => env as readonly string[]), ...SECRETS];

/** Said in the failure instead of the whole text. */
const has = (part: string) => (text.includes(part) ? part : `nothing of ${part}`);

describe("the README", () => {
  it.each(Object.entries(REASONS))(
    "tells the way out of %s under its own anchor",
    (reason, { class: cls, next }) => {
      const anchor = `<a id="reason-${reason}"></a>`;
      expect(has(anchor)).toBe(anchor);
      const row = text.split("\n").find((line) => line.includes(anchor));
      expect(row).toContain(`| ${cls} |`);
      expect(row).toContain(next);
    },
  );

  it.each(Object.keys(SKIP_REASONS))("explains the skip %s under its own anchor", (reason) => {
    expect(has(`<a id="reason-${reason}"></a>`)).toBe(`<a id="reason-${reason}"></a>`);
  });

  it.each(flags)("names the flag %s", (flag) => {
    const [long = ""] = flag.split(" ");
    expect(has(long)).toBe(long);
  });

  it.each(variables.filter((name) => !PROXIES.test(name)))("names the variable %s", (name) => {
    expect(has(`\`${name}`)).toBe(`\`${name}`);
  });
});
