import pg from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { failure } from "../../src/domain/failure.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { confirmation, facts, object, SHA_A } from "../conformance/tested-ledger.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { EMPTY_LEDGER, query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const url = typeof server === "string" ? server : await server.newDatabase();

describe("attempts of two processes at a ledger in PostgreSQL", () => {
  if (typeof server === "string") {
    it.skip(server, () => {});
    return;
  }
  afterAll(() => server.dispose());
  const sql = (statement: string) => query(url, statement);
  let [clock, one, two] = [new VirtualClock(), {} as Ledger, {} as Ledger];

  beforeEach(async () => {
    clock = new VirtualClock();
    one = await openPostgresLedger({ url, command: "prewarm run", machine: clock });
    two = await openPostgresLedger({ url, command: "prewarm run", machine: new VirtualClock() });
  });
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
    await sql(EMPTY_LEDGER);
  });

  it("are renewed by their own one, where they wait for something and their lease is not over", async () => {
    for (const key of ["sending", "unproved", "canary", "ready", "over", "unproved and over", "no lease"])
      await one.begin(facts(object(key)));
    await two.begin(facts(object("other process")));
    await sql("update prewarm_attempts set state = 'unproved' where r2_key like 'unproved%'");
    await sql("update prewarm_attempts set state = 'ready' where r2_key in ('canary', 'ready')");
    await sql("update prewarm_attempts set purpose = 'canary' where r2_key in ('sending', 'canary')");
    await sql("update prewarm_attempts set lease_until = clock_timestamp() where r2_key like '%over'");
    await sql("update prewarm_attempts set lease_until = null where r2_key = 'no lease'");
    await sql(
      "drop table if exists before; create table before as select id, lease_until from prewarm_attempts",
    );
    await clock.advance(10_000);
    const stateOf = (key: string) => sql(`select state from prewarm_attempts where r2_key = '${key}'`);
    await expect.poll(() => stateOf("over")).toEqual([{ state: "unknown" }]);
    const renewed = await sql(`select a.r2_key, a.state from prewarm_attempts a join before b using (id)
      where a.lease_until > b.lease_until order by a.id`);
    expect(renewed).toEqual([
      { r2_key: "sending", state: "sending" },
      { r2_key: "unproved", state: "unproved" },
      { r2_key: "canary", state: "ready" },
    ]);
    expect(await stateOf("no lease")).toEqual([{ state: "unknown" }]);
    expect(await stateOf("other process")).toEqual([{ state: "sending" }]);
  });

  it("hinder each other only where one is under way, or may have posted", async () => {
    const a = facts(object("a.jpg"));
    await two.retry(await two.begin(a), failure("flood_wait", "429"));
    expect(await one.begin(a)).toBeDefined();
  });

  it("come one after the other where they learn the same content, whose rows both write to", async () => {
    const beside = new pg.Client({ connectionString: url });
    await beside.connect();
    onTestFinished(() => beside.end());
    const [first, second] = ["default", "two"].map((bot) => facts(object("a.jpg"), { bot }));
    if (!first || !second) throw new Error("there are two");
    const attempts = [await one.begin(first), await two.begin(second)];
    await beside.query("begin; select 1 from media_cache for update");
    const both = Promise.all([
      one.confirm(attempts[0] ?? 0, confirmation(first, "one's", { content: SHA_A })),
      two.confirm(attempts[1] ?? 0, confirmation(second, "two's", { content: SHA_A })),
    ]);
    const waiting = "select 1 from pg_locks where locktype = 'advisory' and not granted";
    await expect.poll(() => sql(waiting)).toHaveLength(1);
    await beside.query("rollback");
    await both;
    expect(await sql("select distinct sha256 from media_cache")).toEqual([{ sha256: SHA_A }]);
  });
});
