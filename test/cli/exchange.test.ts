import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Ended } from "../helpers/child.ts";
import { CHAT, OTHER_TOKEN, openHeldWorld, openWorld, TOKEN, type World } from "../helpers/world.ts";

/** A command with nothing of the environment: no credentials, no bucket, no chat. */
function ask(world: World, ...args: string[]): Promise<Ended> {
  return world.ask(args, { env: world.onlyLedger() });
}

async function exported(world: World, ...args: string[]): Promise<string> {
  const ended = await ask(world, "export", ...args);
  expect([ended.code, ended.stderr.trim().split("\n").length]).toEqual([0, 1]);
  return ended.stdout;
}

/** Throws where a value is not as its published schema says. */
function published(name: "export" | "failures" | "lookup", value: unknown): void {
  const schema = new URL(`../../fixtures/schemas/${name}.schema.json`, import.meta.url);
  const check = new Ajv2020({ allErrors: true }).compile(JSON.parse(readFileSync(schema, "utf8")));
  check(value);
  expect(check.errors ?? []).toEqual([]);
}

type Row = Record<string, string | number | boolean | null>;

async function rows(world: World, ...args: string[]): Promise<Row[]> {
  const text = await exported(world, ...args);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

/** What stderr says below the name of the command. */
function said({ stderr }: Ended): string {
  return stderr.split("\n").slice(1).join("\n").trim();
}

const ODD = [
  'a "b", c.txt',
  "=HYPERLINK(1).txt",
  "-2+3.txt",
  "'=1.txt",
  "café/日本 \u{1f600}.txt",
  " a .txt",
];

/** A ledger with odd keys, two keys of one content, one that failed and one that has no row. */
async function oddLedger(): Promise<World> {
  const world = await openWorld();
  for (const key of ODD) world.put(key, `content of ${key}`);
  world.put("twin/a.txt", "the same");
  world.put("twin/b.txt", "the same");
  world.put("huge.mp4", { bytes: 60_000_000 });
  expect((await world.run([])).code).toBe(3);
  world.edit(`insert into media_store (kind, r2_key) values ('audio', 'line\ntwo.mp3');
     update media_store set mime = '' where r2_key = 'twin/b.txt'`);
  return world;
}

describe("export and import", () => {
  it.each(["jsonl", "csv", "json"])("by %s are each other's inverse", async (format) => {
    const world = await oddLedger();
    const written = await ask(world, "export", "-o", `ids.${format}`);
    expect([written.code, written.stdout, said(written)]).toEqual([
      0,
      "",
      `ids.${format}: 10 rows of ${world.place}`,
    ]);
    const taken = await ask(world, "import", `ids.${format}`, "--ledger", "sqlite:copy.db");
    expect([taken.code, said(taken)]).toEqual([0, "copy.db: 8 new, 1 there already"]);
    const before = await exported(world);
    expect(await exported(world, "--ledger", "sqlite:copy.db")).toBe(before);
    const keys = before.split("\n").slice(0, -1);
    for (const line of keys) published("export", JSON.parse(line));
    expect(keys.map((line) => JSON.parse(line).key)).toEqual(
      [...ODD, "twin/a.txt", "twin/b.txt", "huge.mp4", "line\ntwo.mp3"].sort((a, b) =>
        Buffer.compare(Buffer.from(a), Buffer.from(b)),
      ),
    );
  });

  it("give a ledger that a run skips, also new keys of content that it knows", async () => {
    const world = await openWorld();
    const keys = world.putMany(3);
    await world.run([]);
    world.file("ids.jsonl", await exported(world));
    await ask(world, "import", "ids.jsonl", "--ledger", "sqlite:copy.db");
    world.put("again.bin", `content of ${keys[0]}`.padEnd(40, "."));
    const posts = world.posts().length;
    expect((await world.run(["--ledger", "sqlite:copy.db"])).code).toBe(0);
    expect(world.posts(posts)).toEqual([]);
    const other = await world.runWith({ TELEGRAM_BOT_TOKEN: OTHER_TOKEN }, "--ledger", "sqlite:copy.db");
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("belongs to bot 7000001")]);
  });

  it("work beside a run, which counts what was taken in as if it had been there", async () => {
    const { world, hold } = await openHeldWorld();
    world.put("a.txt", "first");
    world.put("b.txt", "second");
    // Read ahead, b.txt could come first.
    const run = world.start(["run", "--json", "-c", "1", "--order", "source", "--read-ahead", "0"], {});
    await world.until(() => world.underWay() === 1, "an upload waits");
    const line = { key: "b.txt", bot: "default", bot_id: "7000001", kind: "document", file_id: "by-hand" };
    const object = (await rows(world)).find(({ key }) => key === "a.txt");
    expect(object).toMatchObject({ status: "warming", file_id: null });
    const etag = createMd5("second");
    world.file("ids.jsonl", `${JSON.stringify({ ...line, etag, bytes: 6, api_root: world.botApi.url })}\n`);
    expect(said(await ask(world, "import", "ids.jsonl"))).toBe(`${world.place}: 1 new`);
    expect((await ask(world, "lookup", "b.txt", "--plain")).stdout).toBe("by-hand\n");
    await hold.end();
    expect((await run.ended).code).toBe(0);
    const ids = await rows(world);
    expect(ids.map(({ key, status }) => [key, status])).toEqual([
      ["a.txt", "ready"],
      ["b.txt", "ready"],
    ]);
    expect(ids[1]?.file_id).toBe("by-hand");
  });

  it("go on while a run and an import write at once", async () => {
    const world = await openWorld();
    const keys = world.putMany(150);
    const lines = Array.from({ length: 20_000 }, (_, i) => ({
      key: `other/${i}.txt`,
      bot: "default",
      bot_id: "7000001",
      kind: "document",
      file_id: `id-${i}`,
      sha256: i.toString(16).padStart(64, "0"),
    }));
    world.file("ids.jsonl", lines.map((each) => `${JSON.stringify(each)}\n`).join(""));
    const run = world.start(["run", "--json"], {});
    await world.until(() => world.posts().length > 0, "the run posts");
    const taken = await ask(world, "import", "ids.jsonl");
    expect([taken.code, said(taken)]).toEqual([0, `${world.place}: 20,000 new`]);
    expect((await run.ended).code).toBe(0);
    const ready = world.rows("select count(*) as n from media_cache where status = 'ready'");
    expect(ready).toEqual([{ n: 20_000 + keys.length }]);
  });

  it("keep an id that works, unless forced; one that is dead gives way", async () => {
    const world = await openWorld();
    world.putMany(2);
    await world.run([]);
    const [first, second] = await rows(world);
    const other = [first, second].map((row) => JSON.stringify({ ...row, file_id: `new-${row?.key}` }));
    world.file("ids.jsonl", `${other.join("\n")}\n`);
    world.edit(`update media_cache set dead_at = updated_at where tg_file_id = '${second?.file_id}'`);
    const counted = async (...args: string[]) => said(await ask(world, "import", "ids.jsonl", ...args));
    expect(await counted("-n")).toBe(
      `${world.place} would have: 1 replaced, 1 left as the ledger has them (--force replaces them)`,
    );
    expect((await rows(world)).map(({ dead_at }) => dead_at !== null)).toEqual([false, true]);
    expect(await counted()).toContain(`${world.place}: 1 replaced, 1 left`);
    expect((await rows(world)).map(({ file_id }) => file_id)).toEqual([first?.file_id, `new-${second?.key}`]);
    expect(await counted("--force")).toBe(`${world.place}: 1 replaced, 1 there already`);
    const none = { ...first, file_id: null, status: "error" };
    world.file("ids.jsonl", `${JSON.stringify(none)}\n`);
    expect(await counted("--force")).toContain(`${world.place}: 1 left`);
  });

  it("refuse ids of another bot, bucket and world by name, and write nothing", async () => {
    const world = await openWorld();
    world.put("a.txt", "text");
    await world.run([]);
    const [row] = await rows(world);
    const refusals: readonly (readonly [Row, string])[] = [
      [
        { bot_id: "7000009" },
        `has ids of bot 7000009 as \`default\`, and ${world.place} belongs to bot 7000001`,
      ],
      [{ bucket: "stranger" }, `is of bucket stranger, and ${world.place} belongs to media`],
      [{ sandbox: true }, `is of a sandbox, and ${world.place} belongs to real bots`],
      [
        { api_root: "https://example.org" },
        `has ids of \`default\` from https://example.org, and ${world.place} has those from`,
      ],
    ];
    for (const [change, words] of refusals) {
      const lines = [
        { ...row, key: "b.txt" },
        { ...row, key: "c.txt", ...change },
      ];
      world.file("ids.jsonl", lines.map((each) => `${JSON.stringify(each)}\n`).join(""));
      const refused = await ask(world, "import", "ids.jsonl");
      expect([refused.code, said(refused)]).toEqual([2, expect.stringContaining(`ids.jsonl:2 ${words}`)]);
      expect(said(refused)).toContain("Next: use another --ledger");
    }
    expect(world.rows("select r2_key from media_store")).toEqual([{ r2_key: "a.txt" }]);
    world.file("ids.jsonl", `${JSON.stringify(row)}\n`);
    expect((await ask(world, "import", "ids.jsonl", "--ledger", "sqlite:sandbox.db")).code).toBe(0);
    world.edit("update prewarm_identity set value = '1' where key = 'sandbox'", "sandbox.db");
    const other = await ask(world, "import", "ids.jsonl", "--ledger", "sqlite:sandbox.db");
    expect([other.code, said(other)]).toEqual([2, expect.stringContaining("belongs to a sandbox")]);
  });

  it("name lines that are wrong and take in the others", async () => {
    const world = await openWorld();
    world.put("a.txt", "text");
    await world.run([]);
    const [line = ""] = (await exported(world)).split("\n");
    const wrong = [
      line,
      "{",
      '{"key":"x.txt"}',
      line.replace('"document"', '"picture"'),
      line.replace("a.txt", "b.txt"),
    ];
    world.file("ids.jsonl", `${wrong.join("\n")}\n`);
    const taken = await ask(world, "import", "ids.jsonl", "--ledger", "sqlite:copy.db");
    expect(taken.code).toBe(3);
    expect(said(taken).split("\n")).toEqual([
      'ids.jsonl:2: is not valid JSON: "{"',
      "ids.jsonl:3: object_kind (or kind) is missing, or is no kind",
      expect.stringMatching(/^ids\.jsonl:4: kind must be one of photo/),
      "copy.db: 1 new, 1 there already, 3 lines that are wrong",
    ]);
    const json = await ask(world, "import", "ids.jsonl", "--ledger", "sqlite:copy.db", "--json");
    const lines = json.stdout
      .split("\n")
      .slice(0, -1)
      .map((each) => JSON.parse(each));
    expect(lines.map(({ type, where }) => where ?? type)).toEqual([
      "ids.jsonl:2",
      "ids.jsonl:3",
      "ids.jsonl:4",
      "summary",
    ]);
    expect(lines.at(-1)).toMatchObject({ added: 0, same: 2, bad: 3, refused: null, exit_code: 3 });
  });

  it("say of a file that is none what it is, in the words of an import", async () => {
    const world = await openWorld();
    world.file("ids.csv", "name;id\na;b\n");
    world.file("ids.dat", "x");
    const texts = await Promise.all(
      ["ids.csv", "ids.dat", "missing.jsonl"].map(async (name) => said(await ask(world, "import", name))),
    );
    expect(texts).toEqual([
      expect.stringMatching(/^prewarm: ids\.csv: its first line must name the columns/),
      "prewarm: ids.dat: how it is written cannot be told by its name; say --format jsonl or csv",
      "prewarm: missing.jsonl: there is no such file",
    ]);
  });
});

function createMd5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

describe("prewarm export", () => {
  it("ends quietly when its reader goes away", async () => {
    const world = await openWorld();
    world.putMany(2);
    await world.run([]);
    world.edit(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 20000)
       insert into media_store (kind, r2_key) select 'photo', 'more/' || i from n`);
    const deaf = await world.ask(["export"], { env: world.onlyLedger(), deafTo: "stdout" });
    expect([deaf.code, deaf.signal, said(deaf)]).toEqual([0, null, ""]);
  });

  it("puts nothing in the place of a ledger", async () => {
    const world = await openWorld();
    world.put("a.bin", "content");
    await world.run([]);
    const refused = await ask(world, "export", "-o", "prewarm.db");
    expect([refused.code, said(refused)]).toEqual([
      2,
      "prewarm: -o prewarm.db: it is a SQLite database, such as a ledger; name another file",
    ]);
    expect(await rows(world)).not.toEqual([]);
  });

  it("leaves no file behind that is not whole, and says where it cannot write", async () => {
    const world = await openWorld();
    await world.run([]);
    const refused = await ask(world, "export", "-o", "missing/ids.jsonl");
    expect([refused.code, said(refused)]).toEqual([
      2,
      "prewarm: -o missing/ids.jsonl: it cannot be written (ENOENT); name another file",
    ]);
    await ask(world, "export", "-o", "ids.json");
    expect(readFileSync(join(world.dir, "ids.json"), "utf8")).toBe("[]\n");
    expect(existsSync(join(world.dir, "ids.json.part"))).toBe(false);
  });

  it("takes what was changed since, of one bot, kind and prefix", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.put("song.mp3", "not really");
    await world.run([]);
    const then = world.moment(Date.UTC(2020, 0, 1));
    for (const table of ["media_cache", "media_store"])
      world.edit(`update ${table} set updated_at = '${then}' where kind = 'document'`);
    const keys = async (...args: string[]) => (await rows(world, ...args)).map(({ key }) => key);
    expect(await keys("--since", "1h")).toEqual(["song.mp3"]);
    expect(await keys("--since", "2020-01-01")).toHaveLength(4);
    expect(await keys("--prefix", "doc/0001")).toEqual(["doc/0001.bin"]);
    expect(await keys("--kind", "audio", "--bot", "default")).toEqual(["song.mp3"]);
    const none = await ask(world, "export", "--bot", "nobody");
    expect([none.code, none.stdout, said(none)]).toEqual([0, "", `${world.place}: no row is like that`]);
    expect(said(await ask(world, "export", "--since", "yesterday"))).toMatch(
      /^prewarm: --since "yesterday": it must/,
    );
  });

  it("reads a database that prewarm has not written to", async () => {
    const world = await openWorld();
    world.edit(
      `create table media_store (id integer primary key, bot_slug text, kind text, r2_key text unique, r2_etag text, bytes integer,
         sha256 text, ext text, mime text, width integer, height integer, duration real, created_at text, updated_at text);
       create table media_cache (id integer primary key, bot_slug text, sha256 text, kind text, tg_file_id text, tg_file_unique_id text,
         warmup_chat_id text, warmup_message_id text, warmup_at text, status text, last_error text, retry_count integer,
         next_retry_at text, last_retry_at text, created_at text, updated_at text, unique (bot_slug, sha256, kind));
       insert into media_store (kind, r2_key, sha256) values ('photo', 'a.jpg', 'aa'), ('photo', 'b.jpg', 'bb');
       insert into media_cache (bot_slug, sha256, kind, tg_file_id, tg_file_unique_id, status, last_error)
         values ('main', 'aa', 'photo', 'AgAC', 'AQADlonger-than-ten', 'ready', null), ('main', 'bb', 'photo', null, null, 'error', 'no');`,
      "platform.db",
    );
    const place = ["--ledger", "sqlite:platform.db"];
    expect(
      (await rows(world, ...place)).map(({ key, weak, file_id, bot_id }) => [key, weak, file_id, bot_id]),
    ).toEqual([
      ["a.jpg", false, "AgAC", null],
      ["b.jpg", null, null, null],
    ]);
    expect((await ask(world, "lookup", "a.jpg", "--plain", ...place)).stdout).toBe("AgAC\n");
    const failed = JSON.parse((await ask(world, "failures", "--json", ...place)).stdout);
    expect(failed).toMatchObject({ key: "b.jpg", bot: "main", status: "failed", reason: null, text: "no" });
    expect(failed.next).toMatch(/run --only failed` tries them again$/);
    expect(world.rows("select name from sqlite_schema where name like 'prewarm%'", "platform.db")).toEqual(
      [],
    );
  });
});

describe("prewarm lookup", () => {
  it("shows all ids of a key, and by --plain the one that a bot would send", async () => {
    const world = await openWorld();
    world.put("a.txt", "text");
    await world.run([]);
    await world.runWith({ TELEGRAM_BOT_TOKEN: OTHER_TOKEN, PREWARM_BOT: "second" });
    const [first, second] = await rows(world);
    const all = await ask(world, "lookup", "a.txt");
    expect([all.code, said(all)]).toEqual([0, ""]);
    expect(all.stdout).toContain(`default document ${first?.file_id}\nsecond document ${second?.file_id}\n`);
    const plain = async (...args: string[]) =>
      (await ask(world, "lookup", "a.txt", "--plain", ...args)).stdout;
    expect(await plain()).toBe(`${first?.file_id}\n`);
    expect(await plain("--bot", "second")).toBe(`${second?.file_id}\n`);
    const document = JSON.parse((await ask(world, "lookup", "a.txt", "--json", "--bot", "second")).stdout);
    published("lookup", document);
    expect(document).toMatchObject({
      answer: { file_id: second?.file_id, weak: false },
      key: "a.txt",
      bytes: 4,
      rows: [{ bot: "second", state: "ready", weak: false }],
    });
    expect(TOKEN).not.toBe(OTHER_TOKEN);
  });

  it("ends 3 where there is none, with the keys that may be meant, or with what to do", async () => {
    const world = await openWorld();
    world.put("covers/a.txt", "text");
    world.put("huge.mp4", { bytes: 60_000_000 });
    await world.run([]);
    const none = async (...args: string[]) => {
      const ended = await ask(world, "lookup", ...args);
      expect([ended.code, args.includes("--plain") ? ended.stdout : ""]).toEqual([3, ""]);
      return said(ended);
    };
    expect(await none("/covers/A.TXT")).toBe(
      `${world.place} does not have /covers/A.TXT; the nearest there: covers/a.txt`,
    );
    expect(await none("a.txt", "--plain")).toBe(
      `${world.place} does not have a.txt; the nearest there: covers/a.txt`,
    );
    expect(await none("huge.mp4", "--plain")).toMatch(
      /^huge\.mp4 has no id that works: default video is failed \(file_too_big\); use a Bot API server/,
    );
    expect(await none("covers/a.txt", "--bot", "other")).toBe(
      "covers/a.txt has no row like that; it has default document (--bot, --kind)",
    );
    const missing = await ask(world, "lookup", "a.txt", "--ledger", "sqlite:none.db");
    expect([missing.code, said(missing)]).toEqual([
      2,
      expect.stringMatching(/^prewarm: none\.db is not there/),
    ]);
  });
});

describe("prewarm failures", () => {
  it("tells key, bot, kind, reason, class, text, next step and moment, as table, csv and json", async () => {
    const world = await openWorld();
    world.putMany(1);
    world.put("=huge.mp4", { bytes: 60_000_000 });
    await world.run([]);
    const json = JSON.parse((await ask(world, "failures", "--json")).stdout);
    expect(json).toEqual({
      key: "=huge.mp4",
      bot: "default",
      kind: "video",
      status: "failed",
      reason: "file_too_big",
      class: "media",
      text: expect.stringMatching(/60/),
      next: expect.stringMatching(/^use a Bot API server/),
      when: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      chat: null,
      tag: null,
    });
    published("failures", json);
    const csv = (await ask(world, "failures", "--csv")).stdout.split("\n");
    expect(csv[0]).toBe("key,bot,kind,status,reason,class,text,next,when,chat,tag");
    expect(csv[1]).toMatch(/^'=huge\.mp4,default,video,failed,file_too_big,media,/);
    const table = await ask(world, "failures");
    expect(table.stdout).toMatch(/\| =huge\.mp4 +\| default +\| file_too_big \(media\)/);
    expect(table.stdout).toMatch(/\nfile_too_big: use a Bot API server/);
    expect((await ask(world, "failures", "--reason", "chat_not_found")).stdout).toBe(
      "nothing failed, and nothing is unknown\n",
    );
    const typo = await ask(world, "failures", "--reason", "file_to_big");
    expect([typo.code, said(typo)]).toEqual([
      2,
      'prewarm: --reason "file_to_big": there is no such reason; did you mean file_too_big?',
    ]);
  });

  it("tells where the message of a lost call would stand, and by which words it is found there", async () => {
    const world = await openWorld();
    world.putMany(1);
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
    });
    await world.run([]);
    const { tag, chat } = JSON.parse((await ask(world, "failures", "--json")).stdout);
    expect(tag).toMatch(/^[a-z]{10}$/);
    expect(chat).toBe(String(CHAT));
    expect(world.botApi.truth().map(({ caption }) => caption)).toEqual([tag]);
    expect((await ask(world, "failures", "--csv")).stdout).toContain(`,${tag}\n`);
    expect((await ask(world, "failures")).stdout).toContain(`it would say ${tag}`);
  });

  it("names a bot that the ledger does not know, with those that it does", async () => {
    const world = await openWorld();
    world.putMany(1);
    await world.run([]);
    const stranger = await ask(world, "failures", "--bot", "zz");
    expect([stranger.code, stranger.stdout, said(stranger)]).toEqual([
      2,
      "",
      `prewarm: --bot zz: ${world.place} holds no such bot; it holds default`,
    ]);
    expect(said(await ask(world, "failures", "--bot", "defalt"))).toContain("did you mean default?");
    expect((await ask(world, "failures", "--bot", "default")).code).toBe(0);
  });
});
