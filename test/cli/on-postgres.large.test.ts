import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { startPostgres } from "../helpers/postgres.ts";
import { keepLedgersIn } from "../helpers/tested-place.ts";

/** Tests of commands that do not speak of the ledger's file. */
const FILES = [
  "again",
  "budgets",
  "content",
  "end-hook",
  "lanes",
  "large",
  "looks",
  "lost-packs",
  "overlap",
  "packed",
  "packs",
  "probe-facts",
  "refusals",
  "report",
  "selection",
  "send-beside-worker",
  "unclear-refusals",
  "verify",
  "worker-looks",
].map((name) => `${name}.test.ts`);

/** The first two count on an order of what is read ahead, or of posts, that a ledger brings about which answers at once. */
const LEFT_OUT = [
  "is posted once although stored with other ETags, where it is small enough to be looked at",
  "(another at each request) makes no object a duplicate before it was read",
  // What a killed process was about to try is its own for another half minute there.
  "does in the next run what was left of a canary by a process killed between a pack's answer and its canary; ids ordinary: true",
  "does in the next run what was left of a canary by a process killed between a pack's answer and its canary; ids ordinary: false",
  // It speaks of the ledger's file.
  "puts no page in the place of a ledger, and no part of one in that of a page",
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
