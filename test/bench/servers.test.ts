import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Servers, startServers } from "../../src/bench/harness/servers.ts";
import { openWays } from "../../src/bench/scenarios/strategy.ts";

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
  const servers = await startServers();
  process.stdout.write(String(servers.pid) + "\\n");
  setInterval(() => {}, 1_000);
`;

describe("the servers of a bench", () => {
  it("have a process and CPU of their own, fill the bucket, and are gone after close", async () => {
    const servers = await startServers();
    onTestFinished(() => servers.close());
    expect(servers.pid).not.toBe(process.pid);
    await servers.ask("put", { prefix: "a/", count: 3, bytes: 10 });
    expect(await servers.ask("cpu")).toBeGreaterThan(0);
    expect(await posted(servers)).toBe(0);
    await servers.close();
    expect(isAlive(servers.pid)).toBe(false);
    await expect(servers.ask("cpu")).rejects.toThrow("has ended");
  });

  it.each(["SIGKILL", "SIGTERM"] as const)("end with a process that dies of %s", async (signal) => {
    const starter = spawn(process.execPath, ["--input-type=module", "-e", STARTER]);
    onTestFinished(() => void starter.kill("SIGKILL"));
    const [said] = (await once(starter.stdout, "data")) as [Buffer];
    const pid = Number(said.toString());
    expect(isAlive(pid)).toBe(true);
    starter.kill(signal);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

describe("the ways side by side", () => {
  it("do the same work on objects of their own, and a failed send counts in the success rate of each", async () => {
    const folder = mkdtempSync(join(tmpdir(), "prewarm-ways-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const ways = await openWays(folder);
    onTestFinished(() => ways.close());
    const { servers } = ways;
    const old = await ways.byTicks(5, 6);
    await servers.ask("reset");
    const mine = await ways.byPrewarm(6);
    expect([old.done.length, mine.done.length]).toEqual([6, 6]);
    expect(await posted(servers)).toBe(6);
    const rule = {
      server: "bot-api",
      match: { method: "sendDocument", nth: 2 },
      fault: {
        type: "status",
        status: 400,
        body: "json",
        description: "Bad Request: DOCUMENT_INVALID",
        posted: false,
      },
    };
    await servers.ask("reset");
    await control(servers, { faults: [rule] });
    expect((await ways.byTicks(5, 4)).figures(5).success_rate).toBe(75);
    await servers.ask("reset");
    await control(servers, { faults: [rule] });
    expect((await ways.byPrewarm(4)).figures(5)).toMatchObject({ success_rate: 75, failed: 1 });
  });
});

/** Messages posted since the last reset. */
async function posted({ env }: Servers): Promise<number> {
  const truth = await fetch(`${env.TELEGRAM_API_ROOT}/sandbox/truth`);
  return ((await truth.json()) as unknown[]).length;
}

async function control({ env }: Servers, order: unknown): Promise<void> {
  const body = JSON.stringify(order);
  const { ok } = await fetch(`${env.TELEGRAM_API_ROOT}/sandbox/control`, { method: "POST", body });
  expect(ok).toBe(true);
}
