import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/ledgers/port.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";
import { etagOf } from "../helpers/etag.ts";

interface Line {
  readonly pid?: number;
  readonly recovered?: number;
  readonly key?: string;
  readonly version?: number;
  readonly name?: string;
  readonly message?: string;
  readonly exitCode?: number;
}

const WRITER = new URL("./writer.mjs", import.meta.url);
const READER = new URL("./reader.mjs", import.meta.url);
const IN_FLIGHT = 5;

describe("processes at one SQLite ledger", () => {
  let folder: string;
  let path: string;
  const children: ChildProcessWithoutNullStreams[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prewarm-processes-"));
    path = join(folder, "prewarm.db");
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "close");
      }
    }
    rmSync(folder, { recursive: true });
  });

  function start(script: URL, ...args: string[]): ChildProcessWithoutNullStreams {
    const child = spawn(process.execPath, [fileURLToPath(script), ...args]);
    child.stderr.pipe(process.stderr);
    children.push(child);
    return child;
  }

  async function linesOf(
    child: ChildProcessWithoutNullStreams,
    stop = (_: Line[]) => false,
  ): Promise<Line[]> {
    const lines: Line[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(JSON.parse(line));
      if (stop(lines)) child.kill("SIGKILL");
    }
    return lines;
  }

  async function firstLine(child: ChildProcessWithoutNullStreams): Promise<Line> {
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    return JSON.parse(line);
  }

  it("refuses a second writer, by the name of the first, until the first has gone", async () => {
    const holder = start(WRITER, "hold", path);
    const { pid } = await firstLine(holder);
    const [refusal] = await linesOf(start(WRITER, "hold", path));
    expect(refusal).toMatchObject({ name: "LedgerError", exitCode: 2 });
    expect(refusal?.message).toMatch(
      new RegExp(
        `^${path} is held by \`prewarm run\` \\(pid ${pid} on .+, since \\d\\d:\\d\\d:\\d\\d\\); wait for it to end or use another --ledger$`,
      ),
    );
    await expect(openSqliteLedger({ path, command: "prewarm worker" })).rejects.toThrow(`pid ${pid} on`);
    holder.stdin.end();
    await once(holder, "close");
    await (await openSqliteLedger({ path, command: "prewarm worker" })).close();
  });

  it("lets a writer in at once where the one before was killed, and names the living one, not the dead", async () => {
    const killed = start(WRITER, "hold", path);
    const { pid: dead } = await firstLine(killed);
    killed.kill("SIGKILL");
    await once(killed, "close");
    const { pid } = await firstLine(start(WRITER, "hold", path));
    const [refusal] = await linesOf(start(WRITER, "hold", path));
    expect(refusal?.message).toContain(`pid ${pid} `);
    expect(refusal?.message).not.toContain(`pid ${dead} `);
  });

  it("lets exactly one of several in that start at the same moment", async () => {
    const starters = Array.from({ length: 4 }, () => start(WRITER, "hold", path));
    const said = await Promise.all(starters.map(firstLine));
    expect(said.filter(({ pid }) => pid !== undefined)).toHaveLength(1);
    expect(said.filter(({ name, exitCode }) => name === "LedgerError" && exitCode === 2)).toHaveLength(3);
  });

  it("loses no ready id when it is killed, at whatever moment, while it warms and warms again", async () => {
    const versions = new Map<string, number>();
    let recovered = 0;
    for (let run = 1; run <= 12; run++) {
      const killAfter = 1 + ((run * 7919) % 400);
      const writer = start(WRITER, "warm", path, String(run));
      const [opened, ...confirmed] = await linesOf(writer, (lines) => lines.length > killAfter);
      for (const { key, version } of confirmed) if (key && version) versions.set(key, version);
      const ledger = await openSqliteLedger({ path, command: "prewarm run" });
      const left = await ledger.recover();
      expect(opened?.recovered).toBe(0);
      expect(left).toBeLessThanOrEqual(IN_FLIGHT);
      recovered += left;
      expect(await lost(ledger, versions)).toEqual([]);
      await ledger.close();
    }
    expect(recovered).toBeGreaterThan(0);
    expect(versions.size).toBeGreaterThan(250);
  }, 600_000);

  /** Keys that are not ready, or only with an id older than the one that was confirmed. */
  async function lost(ledger: Ledger, versions: ReadonlyMap<string, number>): Promise<string[]> {
    const keys = [...versions.keys()];
    const found = await ledger.lookup(
      keys.map((key) => ({
        bot: "default",
        kind: "photo" as const,
        entry: object(key, { etag: etagOf(key) }),
      })),
    );
    return keys.filter((key, i) => {
      const version = Number(found[i]?.stored?.fileId.split("-")[0] ?? 0);
      return found[i]?.state !== "ready" || !found[i]?.keyKnown || version < (versions.get(key) ?? 0);
    });
  }

  it("serves readers while it writes, and leaves one file and an empty lock", async () => {
    const ledger = await openSqliteLedger({ path, command: "prewarm run" });
    const reader = start(READER, path);
    const lines = createInterface({ input: reader.stdout });
    const counts: number[] = [];
    lines.on("line", (line) => counts.push(Number(line)));
    await once(lines, "line");
    for (let i = 0; i < 200 || counts.length < 10; i++) {
      const asked = facts(object(`k${i}.jpg`));
      await ledger.confirm(await ledger.begin(asked), confirmation(asked, `id-${i}`));
      await new Promise(setImmediate);
    }
    reader.stdin.end();
    await once(reader, "close");
    await ledger.close();
    expect(reader.exitCode).toBe(0);
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
    expect(readdirSync(folder).sort()).toEqual(["prewarm.db", "prewarm.db-lock"]);
  });
});
