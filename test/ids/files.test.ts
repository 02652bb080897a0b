import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type OpenIdsOptions, openIds } from "../../src/ids/open.ts";
import type { IdReport, Ids } from "../../src/ids/port.ts";
import { ReportFile } from "../../src/ids/sqlite/report-file.ts";
import type { Ledger } from "../../src/ledgers/port.ts";
import { Sqlite } from "../../src/ledgers/sqlite/adapter.ts";
import { openSqliteLedger } from "../../src/ledgers/sqlite.ts";
import { confirmation, facts, object } from "../conformance/tested-ledger.ts";

const BOT = fileURLToPath(new URL("./bot.mjs", import.meta.url));
const isRoot = process.getuid?.() === 0;
const NOBODY = "65534";

describe("the file of a ledger, for a bot that reads it,", () => {
  let folder: string;
  let path: string;
  let told: string[];
  const opened: { close(): unknown }[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prewarm-idfiles-"));
    path = join(folder, "prewarm.db");
    told = [];
  });

  afterEach(async () => {
    for (const each of opened.splice(0).reverse()) await each.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function idsOf(file = path, options: OpenIdsOptions = {}): Ids {
    const ids = openIds(`sqlite:${file}`, { onTrouble: (text) => told.push(text), ...options });
    opened.push(ids);
    return ids;
  }

  async function hold(file = path): Promise<Ledger> {
    const ledger = await openSqliteLedger({ path: file, command: "prewarm run" });
    opened.push(ledger);
    return ledger;
  }

  async function warm(ledger: Ledger, key: string, fileId: string): Promise<void> {
    const asked = facts(object(key));
    await ledger.confirm(await ledger.begin(asked), confirmation(asked, fileId));
  }

  function report(key: string, fileId: string, more: Partial<IdReport> = {}): IdReport {
    const about = { kind: "photo", fileUniqueId: "AQADunique-id", etag: "e", bytes: 1 } as const;
    return { type: "learned", key, bot: "default", fileId, ...about, ...more };
  }

  const found = async (ids: Ids, key = "a.jpg") => (await ids.fileId({ key }))?.fileId ?? null;

  it("that has ids of other bots alone says so once, and no more for a bot that it knows", async () => {
    const ledger = await hold();
    await warm(ledger, "a.jpg", "AgAC-warm");
    const ids = idsOf(path, { bot: "shpo" });
    expect([await found(ids), await found(ids, "b.jpg")]).toEqual([null, null]);
    expect(await found(idsOf(path, { bot: "default" }), "b.jpg")).toBe(null);
    expect(told).toEqual([
      `${path} has ids of default, and none of \`shpo\`: give the right slug as \`bot\`, or warm for that bot`,
    ]);
    await ids.report(report("a.jpg", "AgAC-learned", { bot: "shpo" }));
    expect(await found(ids)).toBe("AgAC-learned");
  });

  it("may come later, which is said once, and is made by nobody but a run", async () => {
    const ids = idsOf();
    expect([await found(ids), await found(ids)]).toEqual([null, null]);
    await expect(ids.ask?.({ key: "a.jpg" })).rejects.toThrow("prewarm.db is not there");
    expect(told).toEqual([
      expect.stringContaining("is not there: nothing is sent by id until a run makes it"),
    ]);
    expect(existsSync(path)).toBe(false);
    await warm(await hold(), "a.jpg", "a1");
    expect(await found(ids)).toBe("a1");
  });

  it("may give way to another, and go", async () => {
    const ids = idsOf();
    await warm(await hold(), "a.jpg", "old");
    expect(await found(ids)).toBe("old");
    await opened.pop()?.close();
    const ledger = await hold(join(folder, "next.db"));
    await warm(ledger, "a.jpg", "new");
    await ledger.close();
    renameSync(join(folder, "next.db"), path);
    expect(await found(ids)).toBe("new");
    rmSync(path);
    expect(await found(ids)).toBeNull();
  });

  it("may be older than `dead_at`, or that of another program, and get its columns while it is read", async () => {
    const db = new Sqlite(path, path);
    db.exec(`create table media_store (id integer primary key, bot_slug text, kind text, r2_key text unique, r2_etag text,
        bytes integer, sha256 text, ext text, mime text, width integer, height integer, duration real,
        created_at text, updated_at text);
      create table media_cache (id integer primary key, bot_slug text, sha256 text, kind text, tg_file_id text,
        tg_file_unique_id text, warmup_chat_id text, warmup_message_id integer, warmup_at text, status text,
        last_error text, retry_count integer, next_retry_at text, last_retry_at text, created_at text, updated_at text,
        unique (bot_slug, sha256, kind));
      insert into media_store (r2_key, sha256, bytes, r2_etag) values ('a.jpg', 's', 1, 'e');
      insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, status)
        values ('shop', 's', 'photo', 'theirs', 'short', 'ready')`);
    db.leave();
    const ids = idsOf();
    expect(await ids.fileId({ key: "a.jpg" })).toEqual({ fileId: "theirs", kind: "photo", weak: true });
    const ledger = await hold();
    expect(await found(ids)).toBe("theirs");
    await ledger.markDead({ bot: "shop", key: "a.jpg", fileId: "theirs" });
    await expect.poll(() => found(ids), { timeout: 60_000 }).toBeNull();
    expect(told).toEqual([]);
  });

  it.each([
    [
      "is no database",
      "no database at all, but a text that is long enough to be one".repeat(50),
      "is not a SQLite database",
    ],
    ["holds no ledger", "", "holds no ledger"],
  ])("fails no lookup where it %s", async (_, text, says) => {
    writeFileSync(path, text);
    const ids = idsOf();
    expect([await found(ids), await found(ids)]).toEqual([null, null]);
    expect(told).toEqual([expect.stringContaining(says)]);
    await ids.report(report("a.jpg", "own"));
    expect(await found(ids)).toBe("own");
  });

  it("is not waited for where another program has locked it, which says nothing of its ids", async () => {
    const ids = idsOf();
    const ledger = await hold();
    await warm(ledger, "a.jpg", "a1");
    await ledger.close();
    const other = new Sqlite(path, path);
    opened.push({ close: () => other.leave() });
    other.exec("pragma journal_mode = delete; begin exclusive");
    expect(await found(ids)).toBeNull();
    await expect(ids.ask?.({ key: "a.jpg" })).rejects.toThrow("locked");
    await ids.report(report("b.jpg", "own"));
    expect(await found(ids, "b.jpg")).toBe("own");
    other.exec("commit");
    expect(await found(ids)).toBe("a1");
    expect(told).toEqual([]);
  });

  it("takes no report where nothing can be written beside it: a worker is told, else memory keeps the latest", async () => {
    const ledger = await hold();
    await warm(ledger, "a.jpg", "a1");
    // A folder in its place: root may write anywhere else.
    mkdirSync(`${path}-reports`);
    const ids = idsOf();
    for (let i = 0; i < 3; i++) await ids.report(report(`own${i}.jpg`, `own${i}`));
    expect(await found(ids, "own0.jpg")).toBe("own0");
    expect(await found(idsOf(), "own0.jpg")).toBeNull();
    expect(told).toEqual([expect.stringMatching(/reports cannot be kept beside the ledger.*reportTo/)]);
    rmSync(`${path}-reports`, { recursive: true });
    await ids.report(report("own3.jpg", "own3"));
    expect(await found(idsOf(), "own0.jpg")).toBe("own0");
  });

  it("has no more reports beside it than there is room for", async () => {
    await hold();
    const file = new ReportFile(path);
    opened.push(file);
    const many = Array.from({ length: 5_000 }, (_, i) => ({ ...report(`k${i}`, `id${i}`), bot: "default" }));
    expect(file.add(many)).toBe(true);
    expect(file.add(many.map((each) => ({ ...each, key: `${each.key}b` })))).toBe(true);
    expect(file.add([{ ...report("last", "id"), bot: "default" }])).toBe(false);
    expect(await file.pending("learned", ["default"], 20_000)).toHaveLength(10_000);
  });

  it("has no reports beside it that nobody took over in a month", async () => {
    await hold();
    let now = Date.UTC(2026, 0, 1);
    const file = new ReportFile(path, { now: () => now });
    opened.push(file);
    file.add([{ ...report("old.jpg", "old"), bot: "gone" }]);
    now += 31 * 86_400_000;
    file.add([{ ...report("new.jpg", "new"), bot: "default" }]);
    expect([file.ofKey("old.jpg", "gone"), file.ofKey("new.jpg", "default").length]).toEqual([[], 1]);
  });

  it("takes at most so many reports of a process in a minute, and says so once", async () => {
    const ids = idsOf();
    await hold();
    await Promise.all(Array.from({ length: 1_200 }, (_, i) => ids.report(report(`k${i}.jpg`, `id${i}`))));
    const file = new ReportFile(path);
    opened.push(file);
    const { length } = await file.pending("learned", ["default"], 20_000);
    expect(length).toBeGreaterThanOrEqual(1_000);
    expect(length).toBeLessThan(1_200);
    expect(told).toEqual([expect.stringContaining("more than 1,000 reports in a minute")]);
  });

  async function bot(
    ...args: string[]
  ): Promise<{ lines: Record<string, unknown>[]; kill(): void; ended: Promise<unknown> }> {
    const child = spawn(process.execPath, [BOT, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const lines: Record<string, unknown>[] = [];
    const ended = once(child, "close");
    opened.push({ close: () => child.kill("SIGKILL") && ended });
    createInterface({ input: child.stdout }).on("line", (line) => lines.push(JSON.parse(line)));
    return { lines, kill: () => child.kill("SIGKILL"), ended };
  }

  it("keeps what bots reported that were killed, and the first of two that learn the same", async () => {
    await hold();
    const [one, two] = await Promise.all([bot("report", path, "one"), bot("report", path, "two")]);
    await expect.poll(() => one.lines.length + two.lines.length, { timeout: 60_000 }).toBeGreaterThan(60);
    one.kill();
    await one.ended;
    const kept = Math.max(one.lines.length, two.lines.length);
    const before = await Promise.all(Array.from({ length: kept }, (_, i) => found(idsOf(), `k${i}.jpg`)));
    two.kill();
    await two.ended;
    const three = await bot("report", path, "three");
    await three.ended;
    expect(three.lines.at(-1)).toEqual({ kept: 399 });
    expect(before.every((id, i) => id === `one-${i}` || id === `two-${i}`)).toBe(true);
    const after = await Promise.all(Array.from({ length: kept }, (_, i) => found(idsOf(), `k${i}.jpg`)));
    expect(after).toEqual(before);
    const db = new Sqlite(`${path}-reports`, "reports");
    expect(db.all("select key from reports group by key, bot having count(*) > 1")).toEqual([]);
    expect(db.one("select count(*) as n from reports")).toEqual({ n: 400 });
    db.leave();
  });

  it.runIf(isRoot)("is read from a folder in which this user may not write, beside its writer", async () => {
    chmodSync(folder, 0o755);
    const ledger = await hold();
    await warm(ledger, "a.jpg", "a1");
    for (const end of ["", "-wal", "-shm"]) chmodSync(`${path}${end}`, 0o644);
    const read = async () => {
      const child = spawn(process.execPath, [BOT, "read", path, "a.jpg"], {
        env: { ...process.env, PREWARM_TEST_UID: NOBODY },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
      await once(child, "close");
      return lines;
    };
    expect(await read()).toEqual(['{"found":"a1"}']);
    await ledger.close();
    expect(await read()).toEqual(['{"found":"a1"}']);
    chmodSync(path, 0o600);
    const [trouble = "", last] = await read();
    expect(trouble).toContain("trouble");
    expect(last).toBe('{"found":null}');
  });
});

describe("a place", () => {
  it.each([
    ["", "openIds: the place has to be written as sqlite:<path>"],
    [undefined as unknown as string, "openIds: the place has to be a text"],
    ["mysql://host/db", "openIds: the place has to be written as sqlite:<path>"],
    ["https://user:secret@host", "openIds: a worker is named as https://host"],
    ["http:", "openIds: a worker is named as https://host"],
  ])("that makes no sense is refused at once: %j", (place, says) => {
    expect(() => openIds(place)).toThrow(says);
    try {
      openIds(place);
    } catch (error) {
      expect(error).toMatchObject({ name: "ConfigError", exitCode: 2 });
      expect(String(error)).not.toContain("secret");
    }
  });

  it("is refused with a worker for its reports that makes no sense", () => {
    expect(() => openIds("sqlite:a.db", { reportTo: { url: "worker:3000" } })).toThrow("reportTo.url: ");
  });
});
