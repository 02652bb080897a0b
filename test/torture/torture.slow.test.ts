import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { BIN, itemsOf } from "../helpers/child.ts";
import { startOwnPostgres } from "../helpers/own-postgres.ts";
import { startPostgres } from "../helpers/postgres.ts";
import { openWorld } from "../helpers/world.ts";
import { playFleet } from "./fleet/fleet.ts";
import type { FleetPauses } from "./fleet/fleet-plan.ts";
import type { Trouble } from "./fleet/troubles.ts";
import type { RoundPlan } from "./plan.ts";
import { playRound } from "./round.ts";
import type { WireFault } from "./wire-fault.ts";
import { WireProxy } from "./wire-proxy.ts";

const TOOLS = { bin: BIN, noNames: fileURLToPath(new URL("no-names.mjs", import.meta.url)) };
const QUIET = { signal: null, window: null, ms: 0 };
const SEND = "^POST /bot[^/]+/send";

const at = (link: WireFault["link"], line: string, nth: number, act: WireFault["act"]): WireFault => ({
  link,
  line,
  nth,
  act,
});

const PLAN: RoundPlan = {
  seed: 1,
  ledger: "sqlite",
  pack: false,
  command: "run",
  json: true,
  transfer: "auto",
  documents: 6,
  photos: 6,
  largeBytes: 1_200_000,
  lives: [QUIET, QUIET],
  changes: [],
  wire: [
    at("bot-api", SEND, 2, { do: "reset", way: "answer", after: 0 }),
    at("bot-api", SEND, 4, { do: "instead", answer: "502 html", delivered: true }),
    at("bot-api", SEND, 6, { do: "instead", answer: "429 parameters", delivered: false }),
    at("r2", "^GET /media/[^?]", 3, { do: "cut", after: 150 }),
  ],
};

const KILLED: readonly WireFault[] = [
  at("bot-api", SEND, 3, { do: "signal", name: "SIGKILL", ms: 0, way: "answer", after: 0 }),
  at("r2", "^GET /media/[^?]", 9, { do: "signal", name: "SIGSTOP", ms: 2_500, way: "answer", after: 20 }),
  at("bot-api", SEND, 9, { do: "other", delivered: true }),
];

it.each<[string, Partial<RoundPlan>]>([
  ["lost and broken answers", {}],
  ["a death and a stop in the middle, with packs", { wire: KILLED, pack: true, transfer: "upload" }],
  [
    "objects that change while they are fetched",
    {
      wire: [],
      changes: [
        { what: "grow", nth: 2 },
        { what: "delete", nth: 5 },
      ],
    },
  ],
])("leaves nothing twice, lost or wrong after %s", async (_, more) => {
  const told: string[] = [];
  const { wrongs, struck, items } = await playRound(
    { ...PLAN, ...more },
    { tools: TOOLS, database: null, tell: (line) => told.push(line) },
  );
  expect(wrongs, told.join("\n")).toEqual([]);
  expect(struck.length).toBeGreaterThanOrEqual(2);
  expect(items).toBeGreaterThan(10);
});

it("leaves nothing twice, lost or wrong in PostgreSQL", async (test) => {
  const server = await startPostgres();
  if (typeof server === "string") return test.skip(server);
  const plan: RoundPlan = { ...PLAN, ledger: "postgres", wire: KILLED };
  const { wrongs } = await playRound(plan, { tools: TOOLS, database: await server.newDatabase() });
  await server.dispose();
  expect(wrongs).toEqual([]);
});

/** Short, so that what is in doubt is soon looked for. What makes no progress ends, however long all of it takes. */
const PAUSES: FleetPauses = {
  trouble: 1_500,
  work: 2_000,
  lookAfter: 3_000,
  list: 5_000,
  again: 4_000,
  stall: 150_000,
};

const FLEET_TROUBLES: readonly Trouble[] = [
  { what: "names", nth: 0, ms: 2_000 },
  { what: "wire", nth: 1, fault: at("bot-api", SEND, 1, { do: "reset", way: "answer", after: 0 }) },
  { what: "outage", nth: 0, link: "postgres", how: "refuse", ms: 3_000 },
  { what: "signal", nth: 1, name: "SIGTERM", ms: 0 },
  // What takes its place finds no database.
  { what: "outage", nth: 1, link: "postgres", how: "refuse", ms: 5_000 },
  {
    what: "wire",
    nth: 0,
    fault: at("bot-api", SEND, 1, { do: "instead", answer: "429 parameters", delivered: false }),
  },
  { what: "restart", ms: 1_000 },
];

it.skipIf(process.platform !== "linux")(
  "leaves nothing twice, lost or wrong after a fleet in trouble",
  async (test) => {
    const server = await startOwnPostgres();
    if (typeof server === "string") return test.skip(server);
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    const minutes = ((FLEET_TROUBLES.length + 1) * PAUSES.trouble) / 60_000;
    const plan = { seed: 1, workers: 2, bots: 3, chats: 2, minutes, pack: false, pauses: PAUSES };
    try {
      const { wrongs, struck, items, processes } = await playFleet(
        { ...plan, troubles: FLEET_TROUBLES },
        { tools: TOOLS, server, say, tell: say },
      );
      expect(wrongs, said.join("\n")).toEqual([]);
      expect(struck).toEqual(expect.arrayContaining(["process: SIGTERM", "postgres: restarted"]));
      expect(items).toBeGreaterThan(10);
      expect(processes).toBeGreaterThan(plan.workers);
    } finally {
      await server.dispose();
    }
  },
  1_200_000,
);

it("sees an id that is that of another object, and one that was lost", async () => {
  const { readyContents, wrongsOfLedger } = await import("./verdict.ts");
  const { FarEnds } = await import("./far-ends.ts");
  const { Life } = await import("./life.ts");
  const { LedgerReader } = await import("./ledger-reader.ts");
  const Libsql = (await import("libsql")).default;
  const plan = { ...PLAN, wire: [] };
  const ends = await FarEnds.open(plan, () => {});
  try {
    const env = ends.env(plan, "sqlite:prewarm.db");
    await new Life().live({ args: ["run", "--json"], env }, ends, TOOLS, QUIET);
    const ledger = new LedgerReader(`${ends.dir}/prewarm.db`);
    expect(await wrongsOfLedger(ends, ledger, true)).toEqual([]);
    const before = (await readyContents(ends, ledger)).size;
    const database = new Libsql(`${ends.dir}/prewarm.db`);
    database.exec(
      "update media_cache set tg_file_id = (select tg_file_id from media_cache order by id desc limit 1) where id = (select min(id) from media_cache)",
    );
    database.exec("update prewarm_attempts set state = 'failed' where id = 2");
    database.close();
    expect((await wrongsOfLedger(ends, ledger, true)).join("\n")).toMatch(
      /is failed .*\n.*has the id of another object/,
    );
    expect((await readyContents(ends, ledger)).size).toBe(before - 1);
  } finally {
    await ends.close();
  }
});

const STALL = { PREWARM_STALL_TIMEOUT: "3s", PREWARM_ANSWER_TIMEOUT: "3s", PREWARM_TIME_SCALE: "10" };
const STEADY = { do: "slow", piece: 131_072, everyMs: 18 } as const;

/** A run of one large upload, of which this happens to the first request for it. */
async function runLarge({ link, act }: Pick<WireFault, "link" | "act">, bytes = 30_000_000) {
  const world = await openWorld();
  world.put("large.bin", { bytes });
  const faults = [at(link, link === "r2" ? "^GET /media/[^?]" : SEND, 1, act)];
  const target = Number(new URL(link === "r2" ? world.r2.url : world.botApi.url).port);
  const proxy = new WireProxy({ link, target, faults });
  await proxy.open();
  onTestFinished(() => proxy.close());
  const here = { [link === "r2" ? "R2_ENDPOINT" : "TELEGRAM_API_ROOT"]: `http://127.0.0.1:${proxy.port}` };
  const ended = await world.run(["--json", "--transfer", "upload"], { env: { ...STALL, ...here } });
  expect(proxy.struck).toHaveLength(1);
  return { item: itemsOf(ended)[0], ms: ended.ms };
}

it.each<[string, Pick<WireFault, "link" | "act">]>([
  ["upload", { link: "bot-api", act: { ...STEADY, way: "request" } }],
  ["download", { link: "r2", act: { ...STEADY, way: "answer" } }],
])("lets a slow %s live for as long as it makes progress", async (_, fault) => {
  const { item, ms } = await runLarge(fault);
  expect(item).toMatchObject({ status: "ready", attempts: 1 });
  // It took longer than either timeout.
  expect(ms).toBeGreaterThan(3_500);
});

it.each<[string, Pick<WireFault, "link" | "act">]>([
  ["an upload", { link: "bot-api", act: { do: "silent", way: "request", after: 5_000_000 } }],
  ["a download", { link: "r2", act: { do: "silent", way: "answer", after: 5_000_000 } }],
])("ends %s that makes none, and tries again", async (_, fault) => {
  expect((await runLarge(fault)).item).toMatchObject({ status: "ready", attempts: 2 });
});

it("doubts a call whose answer does not come", async () => {
  const { item } = await runLarge(
    { link: "bot-api", act: { do: "silent", way: "answer", after: 0 } },
    1_500_000,
  );
  expect(item).toMatchObject({ status: "unknown", reason: "answer_lost" });
});
