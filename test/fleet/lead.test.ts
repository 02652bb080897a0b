import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { Bell } from "../../src/domain/bell.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { Emitter } from "../../src/domain/events.ts";
import { openEngine } from "../../src/fleet/engine.ts";
import { LeadWatch } from "../../src/fleet/lead.ts";
import { loadEngine } from "../../src/fleet/load.ts";
import type { JobEngine } from "../../src/fleet/port.ts";
import { openSharedLedger, type SharedLedger } from "../../src/ledgers/postgres.ts";
import { Stop } from "../../src/pipeline/stop.ts";
import { query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const HOUR_MS = 3_600_000;

if (typeof server === "string") {
  describe("the lead of a fleet", () => {
    it.skip(server, () => {});
  });
} else {
  afterAll(() => server.dispose());

  describe("the lead of a fleet", () => {
    let url: string;
    const open: SharedLedger[] = [];
    const engines: JobEngine[] = [];
    const ends: (() => Promise<void>)[] = [];

    beforeEach(async () => {
      url = await server.newDatabase();
    });
    afterEach(async () => {
      for (const end of ends.splice(0)) await end();
      for (const engine of engines.splice(0)) await engine.close();
      for (const { ledger } of open.splice(0)) await ledger.close();
    });

    /** One that would look by itself in an hour only. */
    async function watch(before = async () => {}) {
      const shared = await openSharedLedger({ url, command: "prewarm worker", company: "shared" });
      open.push(shared);
      const loaded = await loadEngine({ PREWARM_TEST_FLEET_ON_ANY_NODE: "1" });
      if (!("module" in loaded)) throw new Error(loaded.missing);
      const { sql, schema: ledgerSchema, fleet, ledger, worker } = shared;
      const engine = await openEngine({ module: loaded.module, sql, ledgerSchema, onError: () => {} });
      engines.push(engine);
      const [stop, led] = [new Stop(new Emitter()), new Bell()];
      const lead = new LeadWatch({
        clock: systemClock(),
        stop,
        fleet,
        ledger,
        engine,
        bots: ["default"],
        asked: new Bell(),
        intervalMs: HOUR_MS,
        onLead: () => led.ring(),
        away: () => {},
      });
      await before();
      const running = lead.run();
      ends.push(async () => {
        stop.abort();
        await running;
      });
      /** Resolves once it leads. */
      const leads = () => led.wait(HOUR_MS, systemClock(), new AbortController().signal);
      return { lead, leads, worker };
    }

    it("has the engine told again of all it was told, in portions, where that is lost", async () => {
      const of = "from generate_series(1, 5100) i";
      const sha = "encode(sha256(i::text::bytea), 'hex')";
      await watch(async () => {
        await query(
          url,
          `insert into media_store (r2_key, kind, r2_etag, bytes, sha256) select 'a' || i, 'photo', md5(i::text), 9, ${sha} ${of}`,
        );
        await query(
          url,
          `insert into media_cache (bot_slug, sha256, kind, fed_at) select 'other', ${sha}, 'photo', now() ${of}`,
        );
      });
      const told = async () => await query(url, "select 1 from media_cache where fed_at is not null limit 1");
      while ((await told()).length > 0) await systemClock().sleep(20);
    });

    it("goes to another worker at the pulse by which that sees that nobody has it, and not before", async () => {
      const one = await watch();
      await one.leads();
      const two = await watch();
      two.lead.heard(true);
      await query(url, "update prewarm_roles set lease_until = now()");
      expect(two.lead.leads).toBe(false);
      two.lead.heard(false);
      await two.leads();
      expect(await query(url, "select fence::int as fence from prewarm_roles")).toEqual([
        { fence: two.worker },
      ]);
    });
  });
}
