import { expect, it } from "vitest";
import { commandsAfter, commandsAfterProbe } from "../../src/commands/again.ts";

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

it("goes on from a probe with the same bot, chat, ledger and servers, and with as many messages as the next experiment may take", () => {
  const flags = {
    color: true,
    tag: true,
    yes: true as const,
    only: ["packs,ids", "quota"],
    maxMessages: "10",
    bot: ["shop"],
    chat: ["-1001"],
    ledger: "sqlite:my ledger.db",
    apiRoot: "http://127.0.0.1:8081",
    json: true as const,
  };
  const place = `--api-root http://127.0.0.1:8081 --chat -1001 --bot shop --ledger "sqlite:my ledger.db"`;
  const { send, goOn, plan } = commandsAfterProbe(flags);
  expect(send).toBe(`prewarm probe --yes --only packs,ids --only quota --max-messages 10 ${place}`);
  expect(goOn(30)).toBe(`prewarm probe --yes --only packs,ids --only quota --max-messages 30 ${place}`);
  expect(plan).toBe(`prewarm run --dry-run ${place}`);
  expect(commandsAfterProbe({ color: true, tag: true }).goOn(30)).toBe("prewarm probe --yes");
});
