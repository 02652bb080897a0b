import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openWorld, type World } from "../helpers/world.ts";
import { API, startWorker, untilAnswers } from "./started-worker.ts";

const ADMIN_TOKEN = "the-admin-token";

/** A ledger with three ready rows, of which one is made `unknown`: nothing asks for it again by itself. */
async function withUnknown(): Promise<World> {
  const world = await openWorld();
  world.putMany(3);
  expect((await world.run([])).code).toBe(0);
  world.edit(`update media_cache set status = 'unknown', tg_file_id = null, error_class = 'in_doubt',
    error_reason = 'answer_lost', last_error = 'the answer never came' where id = (select min(id) from media_cache)`);
  return world;
}

/** A line as it is printed, run in a shell as it is. */
async function paste(line: string): Promise<unknown> {
  const env = { ...process.env, ADMIN_API_TOKEN: ADMIN_TOKEN };
  const { stdout } = await promisify(execFile)("sh", ["-c", `${line} -sS`], { env });
  return JSON.parse(stdout);
}

const CURL = /`(curl [^`]+\/retry\?status=unknown")`/;
const TAKEN = { ok: true, accepted: 1, duplicates: 0, passed_over: [], not_found: [] };

it("a worker leaves alone what a listing found to fail for good, also where its key alone is enqueued", async () => {
  const world = await openWorld();
  world.put("big.zip", { bytes: 52 * 1024 * 1024 }, "application/zip");
  const worker = await startWorker(world);
  await world.until(() => worker.heard().includes("[ERR]"), "it has failed");
  const answer = await worker.post(`${API}/enqueue`, [{ key: "big.zip" }]);
  const passed = { key: "big.zip", status: "failed", reason: "file_too_big" };
  expect(await answer.json()).toMatchObject({ accepted: 0, passed_over: [passed] });
  const { stderr } = await worker.stop();
  expect(stderr.match(/\[ERR\]/g)).toHaveLength(1);
});

describe("beside a worker that holds the ledger", () => {
  it.each([
    ["without a token", {}],
    ["with one", { ADMIN_API_TOKEN: ADMIN_TOKEN }],
  ])("whoever meets an unknown row is told what leads to its id, %s", async (_, env) => {
    const world = await withUnknown();
    const worker = await startWorker(world, { env });
    const said = worker.heard();
    expect(said).toMatch(/warn 1 row is unknown: they may have been posted; the button on http/);

    const run = await world.ask(["run"], { env });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining(`${worker.url}/ shows how it is`)]);
    const status = await world.ask(["status"], { env });
    const check = await world.ask(["check-env", "--only", "ledger,worker"], { env });
    const next = /Next: (curl .*)/.exec(status.stdout)?.[1];
    const lines = [said, run.stderr, status.stdout, check.stdout].map(
      (text) => /curl [^`\n]+unknown"/.exec(text)?.[0],
    );
    expect(new Set(lines)).toEqual(new Set([next]));
    expect([status.stdout, check.stdout].join("").match(/prewarm run|kill /)).toBeNull();
    expect(check.stdout).toMatch(/worker does not start: it runs \(pid \d+ on /);

    expect(await paste(CURL.exec(said)?.[1] ?? "")).toEqual(TAKEN);
    await world.until(
      () => world.rows("select 1 from media_cache where status = 'ready'").length === 3,
      "all are ready",
    );
    expect((await worker.stop()).code).toBe(143);
  });

  it("an accepted retry outlives kill -9, and is one attempt", async () => {
    const world = await withUnknown();
    const worker = await startWorker(world);
    await worker.post(`${API}/control`, { action: "stop" });
    const [{ r2_key: key }] = world.rows("select r2_key from media_store order by id limit 1") as [
      { r2_key: string },
    ];
    const nobody = await worker.post(`${API}/retry`, { keys: [key], bot: "nobody" });
    expect([nobody.status, await nobody.json()]).toEqual([
      400,
      expect.objectContaining({ message: 'no bot "nobody" in this worker (its bots: default)' }),
    ]);
    const answer = await worker.post(`${API}/retry`, { keys: [key, "typo.jpg"], bot: "default" });
    expect(await answer.json()).toEqual({ ...TAKEN, not_found: ["typo.jpg"] });
    worker.signal("SIGKILL");
    await worker.ended;
    const next = await startWorker(world);
    await world.until(
      () => world.rows("select 1 from media_cache where status = 'ready'").length === 3,
      "all are ready",
    );
    await untilAnswers(next, `${API}/status`, (body) => JSON.parse(body).counts.ready === 1);
    expect(world.rows("select 1 from prewarm_queue")).toEqual([]);
    expect((await next.stop()).code).toBe(143);
  });
});
