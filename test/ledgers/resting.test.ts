import { spawnSync } from "node:child_process";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import type { Clock } from "../../src/domain/clock.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { VirtualClock } from "../helpers/clock.ts";
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
  const open = async (url: string, told: string[] = [], machine?: Clock): Promise<Ledger> => {
    const ledger = await openPostgresLedger({
      url,
      command: "prewarm worker",
      company: "alone",
      tell: (_, text) => void told.push(text),
      machine,
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

  /** As if another process had the place. */
  const asProcess = (url: string, pid: number | undefined) =>
    query(url, `update prewarm_processes set pid = '${pid}'`);
  const [LIVES, TAKEN] = [1, "taken over by another worker"];
  const write = (ledger: Ledger) => ledger.announce?.({ admin: "http://127.0.0.1:1" });

  it("is taken at once from a process of this machine that is gone", async () => {
    const url = await server.newDatabase();
    const [resting, told] = [await open(url), [] as string[]];
    await resting.rest?.(600_000);
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    await asProcess(url, pid);
    await open(url, told);
    expect(told).toEqual([
      expect.stringMatching(/\(pid \d+ on .*\), which rested and is gone: this one takes/),
    ]);
    expect(await leases(url)).toHaveLength(1);
  });

  it("is left by one that was wrongly taken for dead, before it writes anything", async () => {
    const url = await server.newDatabase();
    const resting = await open(url);
    await resting.rest?.(600_000);
    // Its number is that of this process, as in two containers that share the name of a machine.
    const next = await open(url);
    await expect(write(resting)).rejects.toThrow(TAKEN);
    await expect(write(resting)).rejects.toThrow(TAKEN);
    await write(next);
    const admins = await query(url, "select admin from prewarm_processes");
    expect(admins).toEqual([{ admin: "http://127.0.0.1:1" }]);
  });

  it("is one's alone, whoever is first where one wakes while another comes", async () => {
    const url = await server.newDatabase();
    for (let round = 0; round < 12; round += 1) {
      const [resting, told] = [await open(url), [] as string[]];
      await resting.rest?.(600_000);
      const next = open(url, told);
      for (let turn = 0; turn < round; turn += 1) await query(url, "select 1");
      const wrote = await Promise.resolve(write(resting)).then(
        () => true,
        () => false,
      );
      // Who woke first keeps its place, and the other one waits for it to leave.
      if (wrote) await resting.close();
      await (await next).close();
      expect(told.some((text) => text.includes("takes its place"))).toBe(!wrote);
      await resting.close();
    }
  });

  it("is kept by one that writes meanwhile, which then rests on", async () => {
    const url = await server.newDatabase();
    const clock = new VirtualClock();
    const worker = await open(url, [], clock);
    await worker.rest?.(600_000);
    await write(worker);
    expect((await leases(url))[0]?.s).toBeLessThanOrEqual(30);
    await clock.advance(10_000);
    await expect.poll(async () => (await leases(url))[0]?.s ?? 0).toBeGreaterThan(400);
  });

  it("is waited for by the next one, which says so, and given to it once the lease is over", async () => {
    const url = await server.newDatabase();
    const [resting, told] = [await open(url), [] as string[]];
    await resting.rest?.(600_000);
    await asProcess(url, LIVES);
    const next = open(url, told);
    await expect
      .poll(() => told)
      .toEqual([expect.stringMatching(/is worked on by `prewarm worker` \(pid \d+ on .*which rests/)]);
    await query(url, "update prewarm_processes set lease_until = clock_timestamp()");
    await next;
    expect(await leases(url)).toHaveLength(2);
  });
});
