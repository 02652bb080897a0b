import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LedgerError } from "../../../src/ledgers/error.ts";
import { begin } from "../../../src/ledgers/sql/attempts.ts";
import { SCHEMA_VERSION } from "../../../src/ledgers/sql/schema.ts";
import { Sqlite } from "../../../src/ledgers/sqlite/adapter.ts";
import { migrate } from "../../../src/ledgers/sqlite/migrate.ts";
import { openSqliteLedger } from "../../../src/ledgers/sqlite.ts";
import { confirmation, facts, object } from "../../conformance/tested-ledger.ts";

describe("opening a SQLite ledger", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prewarm-open-"));
    path = join(folder, "prewarm.db");
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const open = (file = path) => openSqliteLedger({ path: file, command: "prewarm run" });

  async function refusal(file = path): Promise<LedgerError> {
    const outcome = await open(file).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(LedgerError);
    return outcome as LedgerError;
  }

  it("keeps what it holds from one opening to the next, and nothing but the file and its lock", async () => {
    const first = await open();
    const asked = facts(object("a.jpg"));
    await first.confirm(await first.begin(asked), confirmation(asked, "id"));
    await first.close();
    await first.close();
    expect(readdirSync(folder).sort()).toEqual(["prewarm.db", "prewarm.db-lock"]);
    const second = await open();
    const [found] = await second.lookup([{ bot: "default", kind: "photo", entry: object("a.jpg") }]);
    await second.close();
    expect(found?.stored?.fileId).toBe("id");
  });

  it("refuses a second opening in the same process too, also by another name of the file", async () => {
    const ledger = await open();
    symlinkSync(path, join(folder, "other.db"));
    expect((await refusal()).message).toContain(`is held by \`prewarm run\` (pid ${process.pid} on `);
    expect((await refusal(join(folder, "other.db"))).message).toContain(`pid ${process.pid} on `);
    await ledger.close();
  });

  it.each([
    ["a directory", () => mkdirSync(path), "is a directory; use another --ledger"],
    [
      "a file of another kind",
      () => writeFileSync(path, "key,file_id\n".repeat(999)),
      "is not a SQLite database",
    ],
    [
      "a folder that is not there",
      () => rmSync(folder, { recursive: true }),
      "is in a folder that does not exist; create ",
    ],
  ])("says in one line what is wrong with %s", async (_, make, message) => {
    make();
    const error = await refusal();
    expect(error.message).toContain(`${path} ${message}`);
    expect(error.message).not.toContain("\n");
    expect(error.exitCode).toBe(2);
    mkdirSync(folder, { recursive: true });
    expect(readdirSync(folder).filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([]);
  });

  it("takes no device for a file", async () => {
    expect((await refusal("/dev/null")).message).toBe("/dev/null is not a file; use another --ledger");
  });

  it.each(["file", "folder"])("says that it may not write to the %s", async (what) => {
    await (await open()).close();
    chmodSync(folder, what === "folder" ? 0o555 : 0o777);
    chmodSync(path, what === "file" ? 0o444 : 0o666);
    chmodSync(`${path}-lock`, 0o666);
    // root may write everything, so it asks as somebody else.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const writer = fileURLToPath(new URL("../writer.mjs", import.meta.url));
    const { stdout } = spawnSync(process.execPath, [writer, "hold", path], { ...nobody, input: "" });
    chmodSync(folder, 0o755);
    expect(JSON.parse(String(stdout))).toMatchObject({
      name: "LedgerError",
      message: `${path} may not be written by this user; allow it to write the file and its folder; use another --ledger`,
      exitCode: 2,
    });
  });

  it("tells readers more about its holder until it is closed, and nothing of one that was killed", async () => {
    const other = new Sqlite(path, path);
    const admin = () => other.all("select value from prewarm_identity where key = 'holder_admin'");
    const first = await open();
    await first.announce?.({ admin: "http://127.0.0.1:3000" });
    await first.announce?.({ admin: "http://127.0.0.1:3001" });
    expect(admin()).toEqual([{ value: "http://127.0.0.1:3001" }]);
    await first.close();
    expect(admin()).toEqual([]);
    other.run("insert into prewarm_identity (key, value) values ('holder_admin', 'of the dead')");
    const second = await open();
    expect(admin()).toEqual([]);
    await second.close();
    other.leave();
  });

  it("gives a ledger that was made before there was a queue one", async () => {
    await (await open()).close();
    const other = new Sqlite(path, path);
    other.exec("drop table prewarm_queue; drop index prewarm_cache_warming");
    other.leave();
    const ledger = await open();
    expect(await ledger.enqueue([{ key: "a.jpg" }])).toEqual({ accepted: 1, duplicates: 0 });
    await ledger.close();
  });

  it("refuses what a newer prewarm wrote, untouched", async () => {
    await (await open()).close();
    const other = new Sqlite(path, path);
    other.run("update prewarm_identity set value = '99' where key = 'schema_version'");
    other.leave();
    const error = await refusal();
    expect(error.message).toContain(
      `was written by a newer prewarm (schema 99, this one knows ${SCHEMA_VERSION}); update prewarm`,
    );
    expect(error.exitCode).toBe(2);
  });

  it("writes each commit to the disk before it returns", () => {
    const db = new Sqlite(path, path);
    db.prepareForWriting();
    expect([db.one("pragma journal_mode"), db.one("pragma synchronous")]).toEqual([
      { journal_mode: "wal" },
      { synchronous: 2 },
    ]);
    db.close();
  });

  it("says that the disk is full, writes nothing by halves, and goes on when there is room", () => {
    const db = new Sqlite(path, path);
    db.prepareForWriting();
    migrate(db);
    db.opened();
    const store = { place: db.place, now: Date.now, owner: "test" };
    const pages = db.one<{ page_count: number }>("pragma page_count")?.page_count ?? 0;
    db.exec(`pragma max_page_count = ${pages + 4}`);
    let written = 0;
    let error: unknown;
    while (error === undefined && written < 10_000) {
      try {
        db.transaction(() => db.play(begin(store, facts(object(`${written}-${"x".repeat(500)}.jpg`)))));
        written++;
      } catch (caught) {
        error = caught;
      }
    }
    expect(error).toMatchObject({
      name: "LedgerError",
      exitCode: 1,
      message: expect.stringContaining(
        `${path} cannot grow, its disk is full; free some space, then run again`,
      ),
    });
    const tables = ["prewarm_attempts", "media_cache", "media_store"];
    const counts = () => tables.map((table) => db.one(`select count(*) as n from ${table}`));
    expect(counts()).toEqual(tables.map(() => ({ n: written })));
    db.exec("pragma max_page_count = 100000");
    db.transaction(() => db.play(begin(store, facts(object("more.jpg")))));
    expect(counts()).toEqual(tables.map(() => ({ n: written + 1 })));
    db.close();
  });
});
