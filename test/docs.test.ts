import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addBenchFlags } from "../src/commands/bench-flags.ts";
import { addCheckEnvFlags } from "../src/commands/check-env-flags.ts";
import { addExportFlags } from "../src/commands/export-flags.ts";
import { addFailuresFlags } from "../src/commands/failures-flags.ts";
import { addImportFlags } from "../src/commands/import-flags.ts";
import { addInitFlags } from "../src/commands/init-flags.ts";
import { addLookupFlags } from "../src/commands/lookup-flags.ts";
import { addMigrateFlags } from "../src/commands/migrate-flags.ts";
import { addProbeFlags } from "../src/commands/probe-flags.ts";
import { addRunFlags } from "../src/commands/run-flags.ts";
import { addSandboxFlags } from "../src/commands/sandbox-flags.ts";
import { addStatusFlags } from "../src/commands/status-flags.ts";
import { addVerifyFlags } from "../src/commands/verify-flags.ts";
import { addWorkerFlags } from "../src/commands/worker-flags.ts";
import { SECRETS, SETTINGS } from "../src/config/settings.ts";
import { REASONS } from "../src/domain/reasons.ts";
import { SKIP_REASONS } from "../src/domain/skip-reasons.ts";
import { linksOf, PAGES, textOf } from "./docs/page.ts";

const text = PAGES.map((page) => textOf(page)).join("\n");
const waysOut = textOf("docs/troubleshooting.md");

const commands = [
  addRunFlags(new Command("run")),
  addWorkerFlags(new Command("worker")),
  addProbeFlags(new Command("probe")),
  addSandboxFlags(new Command("sandbox")),
  addStatusFlags(new Command("status")),
  addBenchFlags(new Command("bench")),
  addLookupFlags(new Command("lookup")),
  addExportFlags(new Command("export")),
  addImportFlags(new Command("import")),
  addFailuresFlags(new Command("failures")),
  addVerifyFlags(new Command("verify")),
  addInitFlags(new Command("init")),
  addMigrateFlags(new Command("migrate")),
  addCheckEnvFlags(new Command("check-env")),
];
const flags = commands.flatMap((command) =>
  command.options.flatMap(({ long }) => (long ? [`${long} of ${command.name()}`] : [])),
);

const PROXIES = /^https?_proxy$|^no_proxy$/;
const variables = [...Object.values(SETTINGS).flatMap(({ env }) => env as readonly string[]), ...SECRETS];

/** Said in the failure instead of the whole text. */
const has = (part: string, where = text) => (where.includes(part) ? part : `nothing of ${part}`);

describe("the documentation", () => {
  it.each(Object.entries(REASONS))(
    "tells the way out of %s under its own anchor",
    (reason, { class: cls, next }) => {
      const anchor = `<a id="reason-${reason}"></a>`;
      expect(has(anchor, waysOut)).toBe(anchor);
      const row = waysOut.split("\n").find((line) => line.includes(anchor));
      expect(row).toContain(`| ${cls} |`);
      expect(row).toContain(next);
    },
  );

  it.each(Object.keys(SKIP_REASONS))("explains the skip %s under its own anchor", (reason) => {
    expect(has(`<a id="reason-${reason}"></a>`, waysOut)).toBe(`<a id="reason-${reason}"></a>`);
  });

  it.each(flags)("names the flag %s", (flag) => {
    const [long = ""] = flag.split(" ");
    expect(has(long)).toBe(long);
  });

  it.each(variables.filter((name) => !PROXIES.test(name)))("names the variable %s", (name) => {
    expect(has(`\`${name}`)).toBe(`\`${name}`);
  });

  it.each(PAGES)("has no link in %s that leads nowhere", (page) => {
    expect(linksOf(page).filter((link) => !link.isThere)).toEqual([]);
  });

  it("has each of its pages in its contents", () => {
    const listed = linksOf("docs/README.md").map(({ file }) => file);
    expect(PAGES.filter((page) => !listed.includes(page))).toEqual(["docs/README.md"]);
  });

  it("keeps its door short", () => {
    expect(textOf("README.md").split("\n").length).toBeLessThanOrEqual(300);
  });
});
