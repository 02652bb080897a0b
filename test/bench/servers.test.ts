import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it, onTestFinished } from "vitest";
import { openSimulation } from "../../src/bench/contenders/simulation.ts";
import { startServers } from "../../src/bench/harness/servers.ts";

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const SERVERS = new URL("../../dist/bench/harness/servers.js", import.meta.url).href;

/** A process that starts the servers, says their pid, and stays. */
const STARTER = `
  const { startServers } = await import(${JSON.stringify(SERVERS)});
  const servers = await startServers({});
  process.stdout.write(String(servers.pid) + "\\n");
  setInterval(() => {}, 1_000);
`;

describe("the servers of a bench", () => {
  it("have a process and CPU of their own, fill the bucket, and are gone after close", async () => {
    const servers = await startServers({});
    onTestFinished(() => servers.close());
    expect(servers.pid).not.toBe(process.pid);
    await servers.put({ prefix: "a/", count: 3, bytes: 10 });
    expect(await servers.cpu()).toBeGreaterThan(0);
    expect(await servers.posted()).toBe(0);
    await servers.close();
    expect(isAlive(servers.pid)).toBe(false);
    await expect(servers.cpu()).rejects.toThrow("has ended");
  });

  it("end when the bench is stopped", async () => {
    const stop = new AbortController();
    const servers = await startServers({}, stop.signal);
    stop.abort();
    await expect.poll(() => isAlive(servers.pid), { timeout: 10_000 }).toBe(false);
  });

  it.each(["SIGKILL", "SIGTERM"] as const)("end with a process that dies of %s", async (signal) => {
    const starter = spawn(process.execPath, ["--input-type=module", "-e", STARTER]);
    onTestFinished(() => void starter.kill("SIGKILL"));
    const [said] = (await once(starter.stdout, "data")) as [Buffer];
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);
    starter.kill(signal);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

describe("the ways side by side", () => {
  it("do the same work on objects of their own, and a failed send counts in the success rate of each", async () => {
    const { signal } = new AbortController();
    const before = leftBehind();
    const simulation = await openSimulation(10, signal);
    try {
      const old = await simulation.byTicks(5, 6);
      const mine = await simulation.byPrewarm(6);
      expect([old.done.length, mine.done.length]).toEqual([6, 6]);
      expect(await simulation.servers.posted()).toBe(6);
      const rule = {
        server: "bot-api",
        match: { method: "sendDocument", nth: 2 },
        fault: { type: "status", status: 400, body: "json", description: "Bad Request: no", posted: false },
      };
      simulation.faultsNext([rule]);
      expect((await simulation.byTicks(5, 4)).successRate).toBe(0.75);
      simulation.faultsNext([rule]);
      const spoiled = await simulation.byPrewarm(4);
      expect({ rate: spoiled.successRate, failed: spoiled.failed }).toEqual({ rate: 0.75, failed: 1 });
    } finally {
      await simulation.close();
    }
    expect(leftBehind()).toEqual(before);
  });
});

function leftBehind(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`prewarm-bench-${process.pid}-`));
}
