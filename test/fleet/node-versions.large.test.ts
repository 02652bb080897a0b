import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { isOlder } from "../../src/fleet/load.ts";
import { query, startPostgres } from "../helpers/postgres.ts";
import { run } from "../helpers/program.ts";
import { openWorld, type World } from "../helpers/world.ts";

const server = await startPostgres();
const THIS = process.versions.node;
const PORT = ["--port", "0", "--list-interval", "1h"];

if (typeof server === "string") {
  describe("workers on several versions of Node", () => {
    it.skip(server, () => {});
  });
} else {
  const folder = mkdtempSync(join(tmpdir(), "prewarm-nodes-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Node of a major version, by the package `node` of npm, and what it calls itself. */
  const nodeOf = (major: string): { readonly path: string; readonly version: string } => {
    const prefix = join(folder, major);
    const { status, said } = run("npm", ["install", "--prefix", prefix, `node@${major}`]);
    if (status !== 0) throw new Error(`npm install node@${major}: ${said}`);
    const path = join(prefix, "node_modules", "node", "bin", "node");
    return { path, version: run(path, ["-p", "process.versions.node"]).said.trim() };
  };

  /** Two workers share what was enqueued, with this Node and these variables. */
  const share = async (node: string, more: Readonly<Record<string, string>>) => {
    const world = await openWorld();
    world.putMany(20);
    const url = await server.newDatabase();
    const options = {
      env: { PREWARM_LEDGER: url, MEDIA_PREWARM_INTERVAL_MS: "500", ...more },
      wrap: ([, ...args]: readonly string[]) => [node, ...args],
    };
    expect((await world.start(["enqueue"], options).ended).code).toBe(0);
    const workers = [1, 2].map(() => world.start(["worker", ...PORT, "--prefix", "none/"], options));
    await world.until(() => world.posts().length === 20, "all is sent");
    const known = () =>
      query<{ n: number }>(url, "select count(*)::int as n from prewarm_processes where shared");
    await expect.poll(async () => (await known())[0]?.n).toBe(2);
    for (const worker of workers) worker.signal("SIGTERM");
    for (const { ended } of workers) expect((await ended).code).toBe(143);
    expect(await query(url, "select status, count(*)::int as n from media_cache group by 1")).toEqual([
      { status: "ready", n: 20 },
    ]);
  };

  describe("workers on several versions of Node", () => {
    it.each(["22", "24"])("share their work on Node %s of npm", async (major) => {
      const { path, version } = nodeOf(major);
      expect(version.startsWith(`${major}.`)).toBe(true);
      await share(path, {});
    });

    it(`share their work on ${THIS}, also where pg-boss is not made for it`, async () => {
      await share(process.execPath, { PREWARM_TEST_FLEET_ON_ANY_NODE: "1" });
    });

    it.runIf(isOlder(THIS, "22.12"))(
      `a run and one worker work on ${THIS}; a second worker says in a line what it needs`,
      async () => {
        const world = await openWorld();
        world.putMany(4, "run/");
        world.putMany(4, "worker/");
        const env = { PREWARM_LEDGER: await server.newDatabase() };
        const start = (of: World, ...args: string[]) => of.start(args, { env });
        expect((await start(world, "run", "--prefix", "run/").ended).code).toBe(0);
        const first = start(world, "worker", ...PORT, "--prefix", "worker/");
        await world.until(() => world.posts().length === 8, "the worker has warmed its part");
        const second = await start(world, "worker", ...PORT).ended;
        expect(second.code).toBe(2);
        const [said, ...more] = second.stderr
          .trim()
          .split("\n")
          .filter((line) => !/^prewarm \d/.test(line));
        expect(more).toEqual([]);
        expect(said).toMatch(/is worked on by `\S*.*worker` \(pid \d+ on .*several workers share the work/);
        expect(said).toContain(
          `npm i pg-boss@12.38.0 (Node 22.12 or newer; this is ${THIS}), or end that one`,
        );
        expect((await start(world, "enqueue", "--prefix", "run/").ended).code).toBe(0);
        first.signal("SIGTERM");
        expect((await first.ended).code).toBe(143);
      },
    );
  });
}
