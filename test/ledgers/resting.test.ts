import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();

describe("the place of a worker that works alone and rests", () => {
  if (typeof server === "string") {
    it.skip(server, () => {});
    return;
  }
  afterAll(() => server.dispose());

  const leases = (url: string) =>
    query<{ s: number }>(
      url,
      "select extract(epoch from lease_until - clock_timestamp())::float as s from prewarm_processes order by id",
    );
  const open = async (url: string, told: string[] = []): Promise<Ledger> => {
    const ledger = await openPostgresLedger({
      url,
      command: "prewarm worker",
      company: "alone",
      tell: (_, text) => void told.push(text),
    });
    onTestFinished(() => ledger.close());
    return ledger;
  };

  it("is kept for as long as it rests, without a word meanwhile", async () => {
    const url = await server.newDatabase();
    const worker = await open(url);
    await worker.rest?.(600_000);
    const [lease] = await leases(url);
    expect(lease?.s).toBeGreaterThan(400);
    expect(lease?.s).toBeLessThanOrEqual(630);
  });

  it("is free at once where it was left", async () => {
    const url = await server.newDatabase();
    const [worker, told] = [await open(url), [] as string[]];
    await worker.rest?.(600_000);
    await worker.close();
    await open(url, told);
    expect(told).toEqual([]);
  });

  it("is waited for by the next one, which says so, and given to it once the lease is over", async () => {
    const url = await server.newDatabase();
    const [resting, told] = [await open(url), [] as string[]];
    await resting.rest?.(600_000);
    const next = open(url, told);
    await expect
      .poll(() => told)
      .toEqual([expect.stringMatching(/is worked on by `prewarm worker` \(pid \d+ on .*which rests/)]);
    await query(url, "update prewarm_processes set lease_until = clock_timestamp()");
    await next;
    expect(await leases(url)).toHaveLength(2);
  });
});
