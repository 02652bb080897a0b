import { expect, it } from "vitest";
import { commandsAfter } from "../../src/commands/again.ts";

/** As commander has them where nothing was typed. */
const NOTHING = { color: true, preflight: true };

it("keeps what chose the objects, the bots and the ledger, and leaves out what was for once", () => {
  const flags = {
    ...NOTHING,
    prefix: "covers/",
    include: ["*.jpg", "a b.png"],
    exclude: [`it's "x"`],
    chat: ["-1001", "-1002"],
    ledger: "sqlite:other.db",
    apiLocal: true as const,
    only: "failed",
    force: true as const,
    limit: "3",
    json: true as const,
  };
  expect(commandsAfter(flags)).toEqual({
    run: `prewarm run --prefix covers/ --include "*.jpg" --include "a b.png" --exclude 'it'\\''s "x"' --api-local --chat -1001 --chat -1002 --ledger sqlite:other.db`,
    status: "prewarm status --ledger sqlite:other.db",
  });
});

it("is the bare command where nothing was chosen", () => {
  expect(commandsAfter(NOTHING)).toEqual({ run: "prewarm run", status: "prewarm status" });
  expect(commandsAfter({ ...NOTHING, sandbox: true })).toEqual({
    run: "prewarm run --sandbox",
    status: "prewarm status --sandbox",
  });
});
