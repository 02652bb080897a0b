import type { Told } from "./page-commands.ts";

/** Lines of pages that `commands.large.test.ts` does not run, and why. */
interface NotRun {
  /** `*` for any. */
  readonly page: string;
  /** What such a line begins with, by whole words. */
  readonly line: string;
  readonly why: string;
}

/** Programs that lines may call beside prewarm and are run with it; all others have to be named below. */
export const RUN_BESIDE: ReadonlySet<string> = new Set(["cd", "jq", "sqlite3", "["]);

const PLACEHOLDER = "a value that the reader fills in";
const AT_WORKER = "the second test of commands.large.test.ts asks a worker so";
const OWN_TEST = "run, with its answer, by";
const SYSTEMD =
  "needs systemd as init; test/admin/operations.test.ts has `systemd-analyze verify` judge the units";
const PACKAGE = "npm itself, from a registry";

export const NOT_RUN: readonly NotRun[] = [
  { page: "*", line: "npm i", why: PACKAGE },
  { page: "*", line: "npm install", why: PACKAGE },
  { page: "*", line: "npm ci", why: PACKAGE },
  { page: "*", line: "export", why: PLACEHOLDER },
  {
    page: "docs/docker.md",
    line: "docker",
    why: "no Docker here: the job `image` of ci.yml builds and runs it",
  },
  { page: "README.md", line: "npm start", why: "test/cli/sandbox-run.slow.test.ts runs it" },
  {
    page: "README.pt-BR.md",
    line: "npm start",
    why: "the lines of README.md: test/docs/translation.test.ts",
  },
  { page: "README.pt-BR.md", line: "curl", why: "the lines of README.md: test/docs/translation.test.ts" },
  {
    page: "README.pt-BR.md",
    line: "node bin/prewarm.js",
    why: "the lines of README.md: test/docs/translation.test.ts",
  },
  { page: "README.md", line: "curl", why: AT_WORKER },
  { page: "CONTRIBUTING.md", line: "npm", why: "what runs this test, and its variants" },
  { page: "CONTRIBUTING.md", line: "npx vitest", why: "what runs this test, and its variants" },
  {
    page: "docs/admin-api.md",
    line: "curl",
    why: `${OWN_TEST} test/docs/commands.large.test.ts, at a worker`,
  },
  { page: "docs/bench.md", line: "baseline=();", why: "a step of a workflow: test/docs/workflows.test.ts" },
  {
    page: "docs/bench.md",
    line: "npx prewarm bench",
    why: "a step of a workflow: test/docs/workflows.test.ts",
  },
  { page: "docs/bench.md", line: "mv", why: "a step of a workflow: test/docs/workflows.test.ts" },
  {
    page: "docs/bench.md",
    line: "prewarm bench",
    why: "takes minutes; test/cli/bench.test.ts runs each flag",
  },
  {
    page: "docs/init.md",
    line: "prewarm init",
    why: "asks on a terminal: test/cli/init.test.ts types the answers",
  },
  {
    page: "docs/large-files.md",
    line: "curl",
    why: "logs a real bot out; the sandbox plays no second server",
  },
  { page: "docs/many-bots.md", line: "prewarm sandbox", why: "stays: test/cli/sandbox-lines.test.ts" },
  { page: "docs/nightly.md", line: "systemctl", why: SYSTEMD },
  { page: "docs/nightly.md", line: "journalctl", why: SYSTEMD },
  { page: "docs/operations.md", line: "systemctl", why: SYSTEMD },
  { page: "docs/operations.md", line: "journalctl", why: SYSTEMD },
  {
    page: "docs/many-machines.md",
    line: "prewarm",
    why: "needs workers at one PostgreSQL: test/cli/many-machines.test.ts",
  },
  {
    page: "docs/postgresql.md",
    line: "prewarm",
    why: "needs PostgreSQL: test/cli/platform.test.ts",
  },
  {
    page: "docs/postgresql.md",
    line: "psql",
    why: "test/cli/platform.test.ts gives what is printed to a server",
  },
  { page: "docs/sandbox.md", line: "curl", why: `${OWN_TEST} test/docs/sandbox.test.ts` },
  {
    page: "docs/packs-and-proofs.md",
    line: "prewarm probe --yes",
    why: "nine minutes of waits: test/cli/probe.test.ts",
  },
  { page: "docs/second-bot.md", line: "prewarm", why: "needs a second bot: test/cli/adopt.test.ts" },
  { page: "docs/status.md", line: "prewarm status --ledger", why: "a place that is not here" },
  { page: "docs/worker.md", line: "prewarm worker", why: "stays: test/cli/worker.slow.test.ts starts it" },
  { page: "docs/worker.md", line: "curl", why: AT_WORKER },
  { page: "docs/use-the-ids.md", line: "curl", why: `${OWN_TEST} test/docs/use-the-ids.test.ts` },
];

/** Why a line is not run; null where it is. */
export function reasonFor(line: Told, rows: readonly NotRun[] = NOT_RUN): string | null {
  const row = rows.find(
    (each) => ["*", line.page].includes(each.page) && `${line.text} `.startsWith(`${each.line} `),
  );
  return row?.why ?? null;
}
