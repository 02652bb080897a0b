import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/ledgers/port.ts";
import { type Company, isGone } from "../../src/ledgers/postgres/processes.ts";
import { openPostgresLedger } from "../../src/ledgers/postgres.ts";
import { openPostgresReader } from "../../src/ledgers/postgres-reader.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { EMPTY_LEDGER, query, startPostgres } from "../helpers/postgres.ts";

const server = await startPostgres();
const url = typeof server === "string" ? server : await server.newDatabase();

describe("processes at a ledger in PostgreSQL", () => {
  if (typeof server === "string") {
    it.skip(server, () => {});
    return;
  }
  afterAll(() => server.dispose());
  const opened: Ledger[] = [];
  const sql = (statement: string) => query(url, statement);
  const open = async (company: Company, machine?: VirtualClock): Promise<Ledger> => {
    const ledger = await openPostgresLedger({ url, command: `a ${company}`, company, machine });
    opened.push(ledger);
    return ledger;
  };
  const holder = async () => {
    const reader = await openPostgresReader(url);
    return reader.holder().finally(() => reader.close());
  };
  const over = (command: string, by: string) =>
    sql(
      `update prewarm_processes set lease_until = clock_timestamp() - interval '${by}' where command = '${command}'`,
    );

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
    await sql(EMPTY_LEDGER);
  });

  it("have a lease of half a minute from the beginning, and are forgotten a day after it", async () => {
    await open("guest");
    const leases = "select extract(epoch from lease_until - since)::int as s from prewarm_processes";
    expect(await sql(leases)).toEqual([{ s: 30 }]);
    const rows = "insert into prewarm_processes (command, pid, host, alone, since, lease_until)";
    for (const hours of [23, 25])
      await sql(
        `${rows} values ('${hours} h', '1', 'a', false, now(), clock_timestamp() - interval '${hours} h')`,
      );
    await open("guest");
    const left = await sql("select command from prewarm_processes order by command");
    expect(left.map(({ command }) => command)).toEqual(["23 h", "a guest", "a guest"]);
  });

  it("are gone with all that is theirs when they end", async () => {
    const lane = { bot: "default", chat: "-1001" };
    const [one, two] = [await open("guest"), await open("guest")];
    await one.shared?.take([lane]);
    await one.close();
    expect(await sql("select id from prewarm_processes")).toHaveLength(1);
    expect((await two.shared?.take([lane]))?.lanes).toMatchObject([{ isOurs: true }]);
  });

  it("are shown to others where they are workers that live, of several the first", async () => {
    await open("guest");
    expect(await holder()).toBeNull();
    const first = await open("shared");
    await open("shared");
    const shown = {
      command: "a shared",
      pid: String(process.pid),
      host: hostname(),
      admin: null,
      guarded: false,
    };
    expect(await holder()).toEqual({ ...shown, since: expect.any(String) });
    await first.announce?.({ admin: "http://127.0.0.1:1", guarded: "1" });
    expect(await holder()).toMatchObject({ admin: "http://127.0.0.1:1", guarded: true });
    await first.close();
    expect(await holder()).toMatchObject({ admin: null });
    await over("a shared", "1 ms");
    expect(await holder()).toBeNull();
  });

  it.each<{ there: Company; comes: Company; isLet: boolean }>([
    { there: "alone", comes: "guest", isLet: true },
    { there: "alone", comes: "alone", isLet: false },
    { there: "alone", comes: "shared", isLet: false },
    { there: "shared", comes: "alone", isLet: false },
    { there: "shared", comes: "shared", isLet: true },
    { there: "guest", comes: "alone", isLet: true },
  ])("let one that works $comes come to one that works $there: $isLet", async ({ there, comes, isLet }) => {
    await open(there);
    const clock = new VirtualClock();
    let said = "";
    const coming = open(comes, clock).then(
      () => "let in",
      (error: Error) => error.message,
    );
    void coming.then((text) => {
      said = text;
    });
    while (said === "") {
      await clock.advance(40_000);
      await new Promise(setImmediate);
    }
    expect(said).toMatch(isLet ? /^let in$/ : /is worked on by `a \w+` \(pid \d+ on /);
    await over(`a ${there}`, "1 ms");
    if (!isLet) await open(comes);
  });

  it("let in one of many that come at once to work alone", async () => {
    const clocks = Array.from({ length: 6 }, () => new VirtualClock());
    const ends: boolean[] = [];
    for (const clock of clocks)
      void open("alone", clock).then(
        () => ends.push(true),
        () => ends.push(false),
      );
    while (ends.length < clocks.length) {
      for (const clock of clocks) await clock.advance(40_000);
      await new Promise(setImmediate);
    }
    expect(ends.filter(Boolean)).toHaveLength(1);
  });

  it("leave their lanes to who takes their place, where they rested and are gone", async () => {
    const resting = await open("alone", new VirtualClock());
    await resting.rest?.(600_000);
    await sql(`insert into prewarm_lane_leases (bot_slug, chat_id, fence, lease_until)
      select 'default', '-1001', id, clock_timestamp() + interval '30 s' from prewarm_processes`);
    const next = await open("alone");
    const taken = await next.shared?.take([{ bot: "default", chat: "-1001" }]);
    expect(taken?.lanes).toMatchObject([{ isOurs: true }]);
  });

  it("keep their place only as long as no other one has it", async () => {
    const [standing, clock] = [new VirtualClock(), new VirtualClock()];
    const worker = await open("alone", standing);
    await over("a alone", "1 ms");
    const next = await open("alone", clock);
    await standing.advance(10_000);
    const write = (ledger: Ledger) => Promise.resolve(ledger.announce?.({ admin: "http://127.0.0.1:1" }));
    await expect
      .poll(() => write(worker).catch((error: Error) => error.message))
      .toMatch(/taken over by another worker/);
    await expect(write(next)).resolves.toBeUndefined();
  });
});

describe("a process that another one names", () => {
  const { pid: ended } = spawnSync(process.execPath, ["-e", ""]);
  it.each([
    { what: "has ended", pid: ended, host: hostname(), is: true },
    {
      what: "has the number of this one, which is another one's then",
      pid: process.pid,
      host: hostname(),
      is: true,
    },
    { what: "lives", pid: process.ppid, host: hostname(), is: false },
    { what: "is on another machine", pid: ended, host: "elsewhere", is: false },
  ])("is gone: $is, where it $what", ({ pid, host, is }) => {
    expect(isGone({ pid: String(pid), host })).toBe(is);
  });
});
