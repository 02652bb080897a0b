import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connect, openLedger } from "../../src/compose/connect.ts";
import { loadConfig } from "../../src/config/config.ts";
import { Emitter } from "../../src/domain/events.ts";
import { Session } from "../../src/runs/session.ts";
import { openWorld } from "../helpers/world.ts";

it("warns at its start of a ledger in a doubtful place, in a run and a worker alike", async () => {
  const world = await openWorld();
  const config = loadConfig(
    {},
    { ...world.env(), PREWARM_LEDGER: `sqlite:${join(world.dir, "prewarm.db")}` },
    null,
  );
  const ledger = {
    ...(await openLedger(config, { command: "a test", onlyPlan: false })),
    caution: "prewarm.db lies on NFS; move it",
  };
  const events = new Emitter();
  const session = new Session({
    config,
    ledger,
    connections: connect(config, String),
    events,
    sandbox: false,
  });
  onTestFinished(() => session.close());
  const heard: object[] = [];
  events.on("notice", (notice) => heard.push(notice));
  await session.checkWorld();
  expect(heard).toContainEqual({ level: "warn", text: "prewarm.db lies on NFS; move it" });
});
