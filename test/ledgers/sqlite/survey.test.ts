import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { Ledger } from "../../../src/ledgers/port.ts";
import { Sqlite } from "../../../src/ledgers/sqlite/adapter.ts";
import { surveySqlite } from "../../../src/ledgers/sqlite/survey.ts";
import { openSqliteLedger } from "../../../src/ledgers/sqlite.ts";
import { asDocument, confirmation, facts, object } from "../../conformance/tested-ledger.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 31, 12, 30, 5);

describe("what a SQLite ledger holds, counted", () => {
  let folder: string;
  let ledger: Ledger;
  let now: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "prewarm-survey-"));
    now = NOW;
    ledger = await openSqliteLedger({
      path: join(folder, "l.db"),
      command: "prewarm worker",
      now: () => now,
    });
  });

  afterEach(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });

  const survey = () => {
    const found = surveySqlite(join(folder, "l.db"), now);
    if (!found) throw new Error("there is no ledger");
    return found;
  };
  const warm = async (key: string, more = {}) => {
    const asked = facts(object(key));
    await ledger.confirm(await ledger.begin(asked), confirmation(asked, `id-${key}`, more));
  };
  const fails = async (key: string, reason: "photo_dimensions" | "r2_unavailable") => {
    const asked = facts(object(key));
    await ledger.fail(await ledger.begin(asked), asked, failure(reason, `${reason} of ${key}`));
  };

  it("takes a photo that stands as a document for one weak row, as --only weak does", async () => {
    await warm("doc.jpg", asDocument("doc"));
    await warm("a.jpg");
    const rows = { ready: 1, weak: 1, warming: 0, failed: 0, unknown: 0 };
    expect(survey()).toMatchObject({ byBot: [{ bot: "default", rows }], bad: [], objects: 2 });
  });

  it("tells what is under way from what waits, and since when", async () => {
    await ledger.begin(facts(object("sending.jpg")));
    await ledger.retry(await ledger.begin(facts(object("waiting.jpg"))), failure("r2_unavailable", "no"));
    await ledger.enqueue([{ key: "old.jpg" }]);
    now += HOUR;
    await ledger.enqueue([{ key: "old.jpg", priority: 1 }, { key: "new.jpg" }]);
    expect(survey()).toMatchObject({
      sending: { count: 1, oldest: "2026-01-31 12:30:05" },
      warming: { count: 1, oldest: NOW },
      queued: { count: 2, oldest: NOW },
      orphans: 0,
    });
  });

  it("puts the most frequent reason first, with the newest of its keys and what was said", async () => {
    await fails("a.jpg", "photo_dimensions");
    await fails("b.jpg", "r2_unavailable");
    now += 1000;
    await fails("c.jpg", "r2_unavailable");
    const lost = await ledger.begin(facts(object("d.jpg")));
    await ledger.doubt(lost, failure("answer_lost", "no answer"));
    expect(survey().bad).toEqual([
      {
        state: "failed",
        reason: "r2_unavailable",
        count: 2,
        key: "c.jpg",
        keys: ["c.jpg", "b.jpg"],
        message: "r2_unavailable of c.jpg",
      },
      {
        state: "failed",
        reason: "photo_dimensions",
        count: 1,
        key: "a.jpg",
        keys: ["a.jpg"],
        message: "photo_dimensions of a.jpg",
      },
      {
        state: "unknown",
        reason: "answer_lost",
        count: 1,
        key: "d.jpg",
        keys: ["d.jpg"],
        message: "no answer",
      },
    ]);
  });

  it("holds what the queries for troubleshooting ask for: keys by reason, and where to look for a lost message", async () => {
    await warm("a.jpg");
    await fails("bad.jpg", "photo_dimensions");
    now += 60_000;
    await ledger.doubt(await ledger.begin(facts(object("lost.jpg"))), failure("answer_lost", "no answer"));
    const page = readFileSync(new URL("../../../docs/troubleshooting.md", import.meta.url), "utf8");
    const queries = [...page.matchAll(/```sql\n(.*?)```/gs)];
    const db = new Sqlite(join(folder, "l.db"), "l.db");
    const answers = queries.map(([, sql = ""]) => db.all(sql.trim().replace(/;$/, "")));
    db.leave();
    expect(answers).toEqual([
      [
        expect.objectContaining({ error_reason: "answer_lost", r2_key: "lost.jpg" }),
        expect.objectContaining({ error_reason: "photo_dimensions", r2_key: "bad.jpg" }),
      ],
      [
        expect.objectContaining({
          r2_key: "lost.jpg",
          started_at: "2026-01-31 12:31:05",
          warmup_chat_id: "-1001",
          after_message: confirmation(facts(object("a.jpg")), "id").stored.messageId,
        }),
      ],
    ]);
  });

  it("counts by the hour what ended in the last 24, the very last second too", async () => {
    await warm("old.jpg");
    now += 2 * HOUR;
    for (const key of ["a.jpg", "b.jpg"]) await warm(key);
    now += HOUR;
    await fails("c.jpg", "r2_unavailable");
    now += 22 * HOUR;
    await warm("d.jpg");
    const { hours } = survey();
    expect(hours.map(({ ready, failed }) => `${ready} ${failed}`)).toEqual([
      ...["0 0", "2 0", "0 1"],
      ...Array.from({ length: 20 }, () => "0 0"),
      "1 0",
    ]);
    expect([hours[0]?.from, hours.length]).toEqual([NOW + HOUR, 24]);
  });

  it("knows which lanes a bot was used with last, and which of them were out", async () => {
    const lane = { bot: "default", frozenUntil: 0, pace: null, paceAt: null, migratedTo: null };
    await warm("a.jpg");
    await ledger.keepLane({ ...lane, chat: "-1002" });
    await ledger.keepLane({ ...lane, chat: "-44", migratedTo: "-10044" });
    await ledger.keepLane({ ...lane, chat: "-10044" });
    await ledger.keepLane({ ...lane, bot: "two", chat: "-1002" });
    const out = { reason: "chat_gone", message: "the chat was deleted", since: NOW } as const;
    await ledger.keepLaneStates("default", [{ chat: "-9", out: null }]);
    await ledger.keepLaneStates("default", [
      { chat: "-1001", out: null },
      { chat: "-1003", out },
    ]);
    expect(survey().lanesSeen.map(({ bot, chat, out, former }) => [bot, chat, out, former])).toEqual([
      ["default", "-1001", null, false],
      ["default", "-1002", null, true],
      ["default", "-1003", out, false],
      ["default", "-10044", null, false],
      ["default", "-44", null, true],
      ["two", "-1002", null, false],
    ]);
  });

  it("knows lanes that were only called, beside those that were learned about, and the writer with its address", async () => {
    await warm("a.jpg");
    const learned = {
      bot: "default",
      chat: "-1002",
      frozenUntil: 0,
      pace: 33,
      paceAt: NOW,
      migratedTo: null,
    };
    await ledger.keepLane(learned);
    await ledger.announce?.({ admin: "http://127.0.0.1:3000" });
    const known = { ...learned, out: null, former: false };
    expect(survey().lanesSeen).toEqual([{ ...known, chat: "-1001", pace: null, paceAt: null }, known]);
    expect(survey().holder).toMatchObject({
      command: "prewarm worker",
      pid: String(process.pid),
      admin: "http://127.0.0.1:3000",
    });
  });
});
