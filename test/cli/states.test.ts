import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endsOf, itemsOf } from "../helpers/child.ts";
import { CHAT, World } from "../helpers/world.ts";

const SILENT = readFileSync(new URL("../../fixtures/media/clips/silent-loop.mp4", import.meta.url));

/** The columns of the table of docs/promises.md, each with an object that is in this state. */
const STATES = [
  "new.txt",
  "dead.txt",
  "unknown.txt",
  "transient.txt",
  "permanent.txt",
  "ready.txt",
  "changed.txt",
  "weak.mp4",
] as const;
type Key = (typeof STATES)[number];

/** Without tags, so that what is lost is sent again without a look. */
const UP = ["--no-tag", "--transfer", "upload", "--retries", "0", "--json"];

/** Brings one object after the other into its state, by real runs against real trouble. */
async function prepare(world: World): Promise<void> {
  const { botApi } = world;
  const refusal = { type: "status", status: 400, body: "json", description: "Bad Request: DOCUMENT_INVALID" };
  const run = (...args: string[]) => world.run([...UP, ...args]);
  world.put("ready.txt", "ready");
  world.put("changed.txt", "old content");
  world.put("weak.mp4", SILENT);
  await run();
  world.put("unknown.txt", "unknown");
  botApi.control({
    faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
  });
  await run();
  botApi.control({ faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: refusal }] });
  world.put("permanent.txt", "permanent");
  await run();
  botApi.control({ faults: [] });
  world.put("transient.txt", "transient");
  world.faults = ({ key, method }) =>
    key === "transient.txt" && method === "GET" ? { status: 500 } : undefined;
  await run();
  world.faults = () => undefined;
  world.put("dead.txt", "dead");
  botApi.control({
    faults: [
      { server: "bot-api", match: { method: "sendDocument" }, fault: { type: "half_open", posted: false } },
    ],
  });
  const doomed = world.start(["run", ...UP, "--prefix", "dead"]);
  await world.until(
    () => world.rows("select 1 from prewarm_attempts where state = 'sending'").length > 0,
    "a call is under way",
  );
  doomed.signal("SIGKILL");
  await doomed.ended;
  botApi.control({ faults: [] });
  world.put("new.txt", "new");
  world.put("changed.txt", "new content");
}

const SKIP = "skipped already_ready";
const LEFT = {
  dead: "unknown process_died",
  unknown: "unknown answer_lost",
  permanent: "failed media_refused",
};

/** What each run makes of each state; `-` where it passes over in silence. */
const TABLE: readonly {
  args: string[];
  env?: Record<string, string>;
  code: number;
  ends: readonly string[];
}[] = [
  // none       dead           unknown        transient  permanent  ready   changed  weak
  {
    args: [],
    code: 3,
    ends: ["ready", LEFT.dead, LEFT.unknown, "ready", LEFT.permanent, SKIP, "ready", "skipped weak_kept"],
  },
  {
    args: ["--retry-weak-id"],
    code: 3,
    ends: [
      "ready",
      LEFT.dead,
      LEFT.unknown,
      "ready",
      LEFT.permanent,
      SKIP,
      "ready",
      "weak came_back_as_other",
    ],
  },
  {
    args: ["--transfer", "auto"],
    code: 3,
    ends: ["ready", LEFT.dead, LEFT.unknown, "ready", "ready", SKIP, "ready", "skipped weak_kept"],
  },
  { args: ["--only", "unknown"], code: 0, ends: ["-", "ready", "ready", "-", "-", "-", "-", "-"] },
  { args: ["--only", "failed"], code: 0, ends: ["-", "-", "-", "ready", "ready", "-", "-", "-"] },
  { args: ["--only", "weak"], code: 0, ends: ["-", "-", "-", "-", "-", "-", "-", "weak came_back_as_other"] },
  {
    args: ["--only", "failed,unknown,weak"],
    code: 0,
    ends: ["-", "ready", "ready", "ready", "ready", "-", "-", "weak came_back_as_other"],
  },
  {
    args: ["--force"],
    code: 0,
    ends: ["ready", "ready", "ready", "ready", "ready", "ready", "ready", "weak came_back_as_other"],
  },
];

describe("the state table", () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open({});
    await prepare(world);
  });
  afterAll(() => world.close());

  it.each(TABLE.map((row, i) => ({ ...row, name: row.args.join(" ") || "run", copy: `copy-${i}.db` })))(
    "$name",
    async ({ args, code, ends, copy }) => {
      const { ledger, flags } = world.copyLedger(copy);
      const ids = "select sha256, tg_file_id as id from media_cache where status = 'ready'";
      const before = world.rows(ids, ledger);
      const since = world.posts().length;
      const ended = await world.run([...UP, ...args, ...flags]);
      expect(ended.code).toBe(code);
      const wanted = Object.fromEntries(STATES.map((key, i): [Key, string | undefined] => [key, ends[i]]));
      const got = { ...Object.fromEntries(STATES.map((key) => [key, "-"])), ...endsOf(ended) };
      expect(got).toEqual(wanted);
      const warmed = STATES.filter((key) => /^(ready|weak)/.test(wanted[key] ?? ""));
      expect(world.postedKeys(since).sort()).toEqual([...warmed].sort());
      // What a run only found so is marked, and does not count against it.
      for (const item of itemsOf(ended))
        expect(item.left === true).toBe(/^(failed|unknown)$/.test(item.status));
      // No ready row is ever without an id in between: rows of the old content stay.
      const after = new Map(world.rows(ids, ledger).map(({ sha256, id }) => [sha256, id]));
      for (const { sha256 } of before) expect(after.get(sha256 ?? null)).toEqual(expect.any(String));
    },
  );

  it("keeps what was left when nothing of it can be sent", async () => {
    const { ledger, flags } = world.copyLedger("closed.db");
    world.botApi.control({ chat: { id: CHAT, kick: true } });
    const before = world.rows(
      "select sha256, kind, status, tg_file_id from media_cache where status <> 'warming' order by 1",
      ledger,
    );
    expect((await world.run([...UP, "--force", ...flags])).code).toBe(4);
    expect((await world.run([...UP, "--force", "--no-preflight", ...flags])).code).toBe(4);
    world.botApi.control({ chat: { id: CHAT, kick: false } });
    const after = world.rows(
      "select sha256, kind, tg_file_id from media_cache where status = 'ready' order by 1",
      ledger,
    );
    const ready = before.filter(({ status }) => status === "ready").map(({ status: _, ...row }) => row);
    expect(after).toEqual(ready);
  });
});
