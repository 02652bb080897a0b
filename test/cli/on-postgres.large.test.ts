import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";

/** Tests of commands that do not speak of the ledger's file. */
const FILES = [
  "adopt",
  "adopt-lost",
  "again",
  "beside-worker",
  "budgets",
  "check-env.slow",
  "choice",
  "content",
  "crash.slow",
  "end-hook",
  "environment.slow",
  "exchange",
  "ids-over-http",
  "json-errors",
  "lanes",
  "large",
  "look-crash",
  "looks",
  "lost-packs",
  "output",
  "overlap",
  "ownership",
  "pack-trouble",
  "packed",
  "packs",
  "pipe",
  "probe",
  "probe-facts",
  "probe-stop.slow",
  "proxy",
  "refusals",
  "report",
  "selection",
  "send-beside-worker",
  "signals",
  "states",
  "status",
  "temporary-files",
  "test-environment",
  "unclear-refusals",
  "usage",
  "values",
  "verify",
  "worker-looks",
  "worker.slow",
].map((name) => `${name}.test.ts`);

const LEFT_OUT = [
  // An order of what is read ahead, or of posts, that a ledger brings about which answers at once: of two that are written down side by side either may be first.
  "is posted once although stored with other ETags, where it is small enough to be looked at",
  "(another at each request) makes no object a duplicate before it was read",
  "--order 'small' holds over everything with --max-queue 0",
  "--order 'large' holds over everything with --max-queue 0",
  "--order 'source' holds over everything with --max-queue 0",
  "takes the newest first with --order recent, and priorities before everything",
  "--order source keeps the order of a source that is longer than the queue",
  // The ledger's file: where it lies, its lock, its rights, and what takes its place.
  "puts no page in the place of a ledger, and no part of one in that of a page",
  "puts nothing in the place of a ledger",
  "finds the ledger of the sandbox where there is no other, and names it",
  "believes the lock and not a name that was left: of another host",
  "believes the lock and not a name that was left: of a process that has its number now",
  "believes the lock and not a name that was left: of this host, in another container",
  "where there is no ledger, and makes none",
  "where this user may not read; who may only read is told all",
  "a plan names the disk of temporary files where that is full (needs `unshare`)",
  "loses to .env, that to the environment, that to flags",
  "with line ends around it is what it is without",
  // Chats may be named by a platform's table there, so that none is missed before the ledger was opened.
  "is told all at once, each with how to set it, and with the run that needs none",
  "looks at one group with --only, and says 2 when what that needs does not hold",
  // A second process is refused at a file; at a server it waits for lanes, or works beside the first (many-machines.test.ts).
  "is refused with the process that holds it; readers and plans are free",
  "is refused while another worker has the ledger, and so is a run",
  "does not take a ledger that another process holds",
  "whoever meets an unknown row is told what leads to its id, without a token",
  "whoever meets an unknown row is told what leads to its id, with one",
];

const server = await startPostgres();

if (typeof server === "string") {
  describe("commands with a ledger in PostgreSQL", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());
  const database = await server.newDatabase();

  describe("with a ledger in PostgreSQL", async () => {
    beforeAll(() => keepLedgersIn(database));
    afterAll(() => keepLedgersIn(null));
    beforeEach(({ task, skip }) => skip(LEFT_OUT.includes(task.name)));
    for (const file of FILES)
      describe(`${file}`, async () => {
        // A module is loaded once, and registers its tests then: by another name it is another one.
        await import(/* @vite-ignore */ `./${file}?postgres`);
      });
  });
}
