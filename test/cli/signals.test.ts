import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { summaryOf } from "../helpers/child.ts";
import { openHeldWorld, openWorld } from "../helpers/world.ts";

const ENV = { MEDIA_PREWARM_CONCURRENCY: "3", PREWARM_PACE: "6000/min" };

/** `script` (util-linux) gives a program a terminal of its own. */
const hasScript = existsSync("/usr/bin/script") && process.platform === "linux";
const onTerminal = (command: readonly string[]) => [
  "script",
  "-qec",
  `exec ${command.map((word) => `'${word}'`).join(" ")}`,
  "/dev/null",
];

describe("signals", () => {
  it.each([
    { signal: "SIGHUP", code: 129 },
    { signal: "SIGINT", code: 130 },
    { signal: "SIGTERM", code: 143 },
  ] as const)("$signal once finishes what is under way and ends $code", async ({ signal, code }) => {
    const { world, hold } = await openHeldWorld();
    world.putMany(20);
    const running = world.start(["run", "--json"], { env: ENV });
    await world.until(() => world.underWay() === 3, "three calls are under way");
    running.signal(signal);
    await world.until(() => running.heard().includes(`${signal}: no new work begins`), "it heard the signal");
    await hold.end();
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(summaryOf(ended)).toMatchObject({ total: 3, ready: 3, exit_code: code });
    expect(world.posts()).toHaveLength(3);
    expect(world.rows("select count(*) as n from media_cache where status <> 'ready'")).toEqual([{ n: 0 }]);
  });

  it("a second one breaks off what would never end; what was handed over is unknown", async () => {
    const { world } = await openHeldWorld();
    world.putMany(20);
    const running = world.start(["run", "--json"], { env: ENV });
    await world.until(() => world.underWay() === 3, "three calls were handed over");
    running.signal("SIGINT");
    await world.until(() => running.heard().includes("SIGINT"), "it heard the first");
    running.signal("SIGINT");
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    expect(summaryOf(ended)).toMatchObject({ total: 3, unknown: 3, exit_code: 130 });
    expect(world.rows("select status, count(*) as n from media_cache group by 1")).toEqual([
      { status: "unknown", n: 3 },
    ]);
  });

  it.each([
    { command: "run", args: ["--json"] },
    { command: "worker", args: ["--port", "0"] },
  ])("$command ends 143 also while it waits for its ledger to be opened", async ({ command, args }) => {
    const world = await openWorld();
    const asked = new EventEmitter();
    const silent = createServer((socket) => {
      socket.on("error", () => {});
      asked.emit("asked");
    });
    await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
    const isAsked = once(asked, "asked");
    const { port } = silent.address() as AddressInfo;
    const running = world.start([command, ...args], {
      env: { PREWARM_LEDGER: `postgres://somebody@127.0.0.1:${port}/ledger` },
    });
    await isAsked;
    running.signal("SIGTERM");
    const ended = await running.ended;
    silent.close();
    expect(ended.code).toBe(143);
    expect(ended.stderr).toMatch(/\nprewarm: SIGTERM: stopped before anything was begun\n$/);
    if (command === "run") expect(summaryOf(ended)).toMatchObject({ total: 0, exit_code: 143 });
  });

  it("one that comes when the run is over changes neither its end nor its exit code", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    const late = "process.kill(process.ppid, 'SIGTERM'); setTimeout(() => {}, 300)";
    const running = world.start(["run", "--json", "--on-end", "--", process.execPath, "-e", late]);
    const ended = await running.ended;
    expect([ended.code, ended.signal]).toEqual([0, null]);
    expect(summaryOf(ended)).toMatchObject({ ready: 1, exit_code: 0 });
  });

  it.skipIf(!hasScript)(
    "a terminal that goes away lets calls under way finish (needs `script`)",
    async () => {
      const { world, hold } = await openHeldWorld();
      world.putMany(20);
      const running = world.start(["run"], { wrap: onTerminal, env: { ...ENV, TERM: "xterm" } });
      await world.until(() => world.underWay() === 3, "three calls are under way");
      // The program is the leader of its session: the system tells it that its terminal went, and refuses what it writes.
      running.signal("SIGKILL");
      await running.ended;
      const holders = () =>
        world.rows(
          world.ledgerUrl === null
            ? "select key from prewarm_identity where key like 'holder%'"
            : "select id from prewarm_processes",
        ).length;
      await hold.end();
      await world.until(() => holders() === 0, "it gave the ledger back");
      expect(world.rows("select distinct status from media_cache")).toEqual([{ status: "ready" }]);
    },
  );

  it("gives a sandbox the ports of every day, and says so where they are taken", async () => {
    const world = await openWorld();
    const begin = async () => {
      const running = world.start(["sandbox", "--profile", "instant"]);
      await world.until(() => running.heard().includes("Ctrl-C"), "it stands");
      return { running, isHome: running.heard().includes("R2 on http://127.0.0.1:28081,") };
    };
    // Whatever else runs on this machine may have them.
    const both = [await begin(), await begin()];
    for (const { running, isHome } of both)
      expect(/is taken.*sqlite:other\.db/.test(running.heard())).toBe(!isHome);
    expect(both[1]?.isHome).toBe(false);
    for (const { running } of both) {
      running.signal("SIGINT");
      await running.ended.catch(() => {});
    }
  });

  it("ends a sandbox", async () => {
    const world = await openWorld();
    const running = world.start(["sandbox", "--profile", "instant", "--chats", "3"]);
    await world.until(() => running.heard().includes("Ctrl-C"), "it stands");
    running.signal("SIGINT");
    const ended = await running.ended.catch((error: Error) => error);
    // It prints the credentials of its own world, which are no secret, to stdout: for `prewarm sandbox > .env`.
    expect(ended).toMatchObject({ code: 130, stdout: expect.stringMatching(/^([A-Z]\w+=\S+\n)+$/) });
  });
});
