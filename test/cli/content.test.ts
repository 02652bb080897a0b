import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { endsOf, itemsOf } from "../helpers/child.ts";
import { closedPort } from "../helpers/closed-port.ts";
import { etagOf } from "../helpers/etag.ts";
import { oddS3 } from "../helpers/odd-s3.ts";
import { openWorld, type World } from "../helpers/world.ts";
import { png } from "../sandbox/bot-api/bot-api-server.ts";

const SILENT = readFileSync(new URL("../../fixtures/media/clips/silent-loop.mp4", import.meta.url));
const IDS_BY_KEY = `select s.r2_key as key, c.kind, c.tg_file_id as id from media_store s
  join media_cache c on c.sha256 = s.sha256 where c.status = 'ready' order by 1`;

describe("the same content under several keys", () => {
  it("is posted once, and every key leads to its id", async () => {
    const world = await openWorld();
    for (const key of ["a.txt", "b.txt", "c/d.txt"]) world.put(key, "the same");
    const first = await world.run(["--json"]);
    expect(Object.values(endsOf(first)).sort()).toEqual([
      "ready",
      "skipped duplicate_content",
      "skipped duplicate_content",
    ]);
    world.put("later.txt", "the same");
    expect(endsOf(await world.run(["--json"]))["later.txt"]).toBe("skipped duplicate_content");
    expect(world.posts()).toHaveLength(1);
    const rows = world.rows(IDS_BY_KEY);
    expect(rows.map(({ key }) => key)).toEqual(["a.txt", "b.txt", "c/d.txt", "later.txt"]);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1);
  });

  it("also when its id is weak, and when it is warmed again", async () => {
    const world = await openWorld();
    for (const key of ["a.mp4", "b.mp4"]) world.put(key, SILENT);
    await world.run([]);
    world.put("later.mp4", SILENT);
    await world.run([]);
    expect(world.posts()).toHaveLength(1);
    expect(world.rows(IDS_BY_KEY).map(({ key }) => key)).toEqual(["a.mp4", "b.mp4", "later.mp4"]);
    for (const args of [["--retry-weak-id"], ["--only", "weak"], ["--force"]]) {
      const since = world.posts().length;
      expect((await world.run(args)).code).toBe(0);
      expect(world.posts(since), args.join(" ")).toHaveLength(1);
    }
  });

  it("is posted once although stored with other ETags, where it is small enough to be looked at", async () => {
    const world = await openWorld();
    world.put("a.txt", "x".repeat(1_000));
    await world.run([]);
    world.put("b.txt", "y".repeat(1_000));
    const stdin = `${JSON.stringify({ key: "b.txt" })}\n`;
    await world.run(["--manifest", "-", "--manifest-format", "jsonl"], { stdin });
    expect(world.posts()).toHaveLength(2);
    // A multipart upload has another ETag for the same bytes; made-up content stands for one here.
    world.put("made-up-1.bin", { bytes: 3_000 });
    world.put(
      "made-up-2.bin",
      Uint8Array.from({ length: 3_000 }, (_, i) => i % 251),
    );
    const ended = await world.run(["--json", "--order", "source", "-c", "1"]);
    expect(endsOf(ended)).toMatchObject({
      "made-up-1.bin": "ready",
      "made-up-2.bin": "skipped duplicate_content",
    });
    expect(world.posts()).toHaveLength(3);
  });

  it("is not sent again by a key whose first try is in doubt", async () => {
    const world = await openWorld({
      faults: [
        { server: "bot-api", match: { method: "sendDocument", nth: 1 }, fault: { type: "post_then_drop" } },
      ],
    });
    for (const key of ["a.txt", "b.txt"]) world.put(key, "the same");
    const ended = await world.run(["--json"]);
    expect(Object.values(endsOf(ended))).toEqual(["unknown answer_lost", "unknown answer_lost"]);
    expect(world.posts()).toHaveLength(1);
  });
});

describe("an ETag that does not tell the content", () => {
  const [ONE, TWO] = ["1".repeat(100), "2".repeat(100)];
  let count = 0;
  const etags: [string, string | (() => string)][] = [
    ["none", ""],
    ["a time", '"67c8f1a2"'],
    ["weak", `W/"${etagOf("x")}"`],
    ["zeros", `"${"0".repeat(32)}"`],
    ["another at each request", () => `"${etagOf(String(++count))}"`],
  ];

  it.each(etags)("(%s) makes no object a duplicate before it was read", async (_, etag) => {
    const world = await openWorld();
    const bucket = await oddS3({
      "docs/one.txt": { body: ONE, etag },
      "docs/two.txt": { body: TWO, etag },
      "docs/two again.txt": { body: TWO, etag },
    });
    const env = { R2_ENDPOINT: bucket.url };
    const first = await world.run(["--json", "-c", "1", "--order", "source"], { env });
    expect(endsOf(first)).toEqual({
      "docs/one.txt": "ready",
      "docs/two.txt": "ready",
      "docs/two again.txt": "skipped duplicate_content",
    });
    const ids = itemsOf(first).map(({ file_id }) => file_id);
    expect([new Set(ids).size, ids[1]]).toEqual([2, ids[2]]);
    expect(
      world.rows("select count(distinct sha256) as n, min(length(sha256)) as l from media_store"),
    ).toEqual([{ n: 2, l: 64 }]);
    const again = await world.run(["--json"], { env });
    expect(new Set(itemsOf(again).map(({ status }) => status))).toEqual(new Set(["skipped"]));
    expect(world.posts()).toHaveLength(2);
  });

  it("is also one that two sizes were seen with, in this run or before", async () => {
    const world = await openWorld();
    const etag = `"${etagOf("all the same")}"`;
    const run = async (bodies: Record<string, string>) => {
      const bucket = await oddS3(
        Object.fromEntries(Object.entries(bodies).map(([k, body]) => [k, { body, etag }])),
      );
      return endsOf(await world.run(["--json"], { env: { R2_ENDPOINT: bucket.url } }));
    };
    expect(await run({ "a.txt": ONE, "b.txt": `${TWO}+`, "c.txt": TWO })).toEqual({
      "a.txt": "ready",
      "b.txt": "ready",
      "c.txt": "ready",
    });
    expect(world.posts()).toHaveLength(3);
  });
});

it.each(["", "<Size></Size>", "<Size>-1</Size>", "<Size>unknown</Size>", "<Size>1.5</Size>"])(
  "an object of which the listing says no size (%j) is asked for it",
  async (listedSize) => {
    const world = await openWorld();
    const bucket = await oddS3({
      "a.txt": { body: "a text", etag: `"${etagOf("a text")}"`, listedSize },
      "empty.txt": { body: "", etag: `"${etagOf("")}"`, listedSize },
    });
    const ended = await world.run(["--json"], { env: { R2_ENDPOINT: bucket.url } });
    expect(endsOf(ended)).toEqual({ "a.txt": "ready", "empty.txt": "skipped empty_object" });
    expect(itemsOf(ended).find(({ key }) => key === "a.txt")?.bytes).toBe(6);
  },
);

describe("the name that people see", () => {
  it("is the one that was sent, whatever is in it", async () => {
    const world = await openWorld();
    const names = [
      "50%25off.pdf",
      "100% sure.pdf",
      'quo"te.pdf',
      "über ça 日本.pdf",
      "semi;colon, =.pdf",
      "u1.bin",
    ];
    for (const [i, name] of names.entries()) world.put(`docs/${name}`, `content ${i}`);
    await world.run(["--transfer", "upload"]);
    expect(
      world
        .posts()
        .map(({ file_name }) => file_name)
        .sort(),
    ).toEqual(
      [
        "50%25off.pdf",
        "100% sure.pdf",
        "quo te.pdf",
        "über ça 日本.pdf",
        "semi;colon, =.pdf",
        "u1.bin",
      ].sort(),
    );
  });

  it("of a photo has an extension that sendPhoto takes", async () => {
    const world = await openWorld();
    world.put("avatars/u1", png(40, 30), "image/x-png");
    world.put("a.jfif", png(41, 30), "image/jpeg");
    world.put("c.jpe", png(42, 30), "image/jpeg");
    const ended = await world.run(["--json", "--transfer", "upload"]);
    expect(itemsOf(ended).map(({ kind, status }) => `${kind} ${status}`)).toEqual(
      Array(3).fill("photo ready"),
    );
    expect(
      world
        .posts()
        .map(({ file_name }) => file_name)
        .sort(),
    ).toEqual(["a.jpg", "c.jpg", "u1.png"]);
  });
});

describe("what an id shows besides its content", () => {
  const lines = (world: World, ...entries: object[]) =>
    [
      "--manifest",
      world.file("m.jsonl", entries.map((it) => JSON.stringify(it)).join("\n")),
      "--json",
    ] as const;

  it("is told where it is another name or title than the manifest states, until it is warmed again", async () => {
    const world = await openWorld();
    world.put("docs/invoice.pdf", "invoice");
    world.put("music/a.mp3", "no music");
    await world.run([]);
    const stated = [
      { key: "docs/invoice.pdf", filename: "Invoice 2026.pdf" },
      { key: "music/a.mp3", title: "Right title", performer: "Somebody" },
    ];
    const ended = await world.run(lines(world, ...stated));
    expect(itemsOf(ended)).toMatchObject([
      { reason: "already_ready", shown_as: { filename: "invoice.pdf" } },
      { reason: "already_ready", shown_as: { title: "", performer: "" } },
    ]);
    expect(ended.stderr).toContain(
      "the id of docs/invoice.pdf shows another filename invoice.pdf: `--force` warms it again",
    );
    await world.run([...lines(world, ...stated), "--force"]);
    for (const args of [lines(world, ...stated), ["--json"]])
      expect(itemsOf(await world.run(args)).map((item) => "shown_as" in item)).toEqual([false, false]);
    expect(
      world
        .posts()
        .map(({ file_name }) => file_name)
        .sort(),
    ).toEqual(["Invoice 2026.pdf", "a.mp3", "a.mp3", "invoice.pdf"]);
  });

  it("is told where the same content was sent under another key's name, but for photos, which have none", async () => {
    const world = await openWorld();
    world.put("docs/invoice.pdf", "invoice");
    world.put("a.png", png(40, 30));
    await world.run([]);
    world.put("docs/rechnung.pdf", "invoice");
    world.put("b.png", png(40, 30));
    const ended = await world.run(["--json"]);
    const told = itemsOf(ended).flatMap((item) => ("shown_as" in item ? [item.key] : []));
    expect(told).toEqual(["docs/rechnung.pdf"]);
    expect(ended.stderr).toContain("equal content has one id, with one name");
  });
});

describe("what a manifest says of an object", () => {
  const run = async (world: World, entry: Record<string, unknown>, ...args: string[]) => {
    const [item] = itemsOf(
      await world.run(["--manifest", world.file("m.jsonl", JSON.stringify(entry)), "--json", ...args]),
    );
    return item;
  };

  it.each([
    [{ etag: "1234e56" }, /: etag 1234e56, the object has [0-9a-f]{32}$/],
    [{ etag: etagOf("x") }, /: etag [0-9a-f]{32}, the object has [0-9a-f]{32}$/],
    [{ bytes: 77 }, /: bytes 77, the object has 3$/],
    [{ etag: "1234e56", bytes: 3 }, /: etag 1234e56, the object/],
    [{ etag: etagOf("one"), bytes: 77 }, /: bytes 77, the object has 3$/],
    [{ etag: "1234e56", bytes: 77 }, /: bytes 77, the object has 3; etag 1234e56, the object/],
    [{ etag: etagOf("x"), bytes: 3, mime: "application/pdf" }, /: etag/],
    [{ sha256: "ab".repeat(32) }, /has the SHA-256 7692c3ad.*, the manifest says abab/],
  ])("is checked, each half on its own: %j", async (stated, text) => {
    const world = await openWorld();
    world.put("docs/a.pdf", "one");
    for (const args of [["--transfer", "upload"], ...("sha256" in stated ? [] : [[]])]) {
      const item = await run(world, { key: "docs/a.pdf", ...stated }, ...args);
      expect(item).toMatchObject({ status: "failed", reason: "object_mismatch" });
      expect(item?.error?.message).toMatch(text);
    }
    expect(world.posts()).toEqual([]);
    expect(await run(world, { key: "docs/a.pdf", bytes: 3, etag: `"${etagOf("one")}"` })).toMatchObject({
      status: "ready",
    });
  });

  it("is checked too before a key is said to have content that is known", async () => {
    const world = await openWorld();
    world.put("a.txt", "one");
    world.put("b.txt", "two");
    await run(world, { key: "a.txt" });
    const entry = { key: "b.txt", bytes: 3, etag: etagOf("one") };
    expect(await run(world, entry)).toMatchObject({ status: "failed", reason: "object_mismatch" });
    expect(await run(world, { key: "b.txt" })).toMatchObject({ status: "ready" });
  });
});

describe("a SHA-256 that a manifest states", () => {
  const shaOf = (content: string | Uint8Array) => createHash("sha256").update(content).digest("hex");
  const run = async (world: World, entries: readonly object[], ...args: string[]) => {
    const lines = entries.map((entry) => JSON.stringify(entry)).join("\n");
    return endsOf(await world.run(["--manifest", world.file("m.jsonl", lines), "--json", ...args]));
  };
  const ids = (world: World) => Object.fromEntries(world.rows(IDS_BY_KEY).map(({ key, id }) => [key, id]));

  it("makes no other key, which nobody states it of, a duplicate by URL", async () => {
    const world = await openWorld();
    world.put("a.pdf", "one");
    world.put("b.pdf", "two");
    expect(await run(world, [{ key: "b.pdf", sha256: shaOf("one") }])).toEqual({ "b.pdf": "ready" });
    expect(await run(world, [{ key: "a.pdf" }])).toEqual({ "a.pdf": "ready" });
    expect(await run(world, [{ key: "a.pdf", sha256: shaOf("one") }])).toEqual({
      "a.pdf": "skipped already_ready",
    });
    const { "a.pdf": a, "b.pdf": b } = ids(world);
    expect([typeof a, typeof b, a === b, world.posts().length]).toEqual(["string", "string", false, 2]);
  });

  it("is checked for each key of one manifest that states it", async () => {
    const world = await openWorld();
    const entries = ["one", "two", "six"].map((content) => {
      world.put(`${content}.pdf`, content);
      return { key: `${content}.pdf`, sha256: shaOf("one") };
    });
    const wanted = {
      "one.pdf": "ready",
      "two.pdf": "failed object_mismatch",
      "six.pdf": "failed object_mismatch",
    };
    expect(await run(world, entries, "--transfer", "upload")).toEqual(wanted);
    expect(await run(world, entries, "--transfer", "upload")).toEqual({
      ...wanted,
      "one.pdf": "skipped already_ready",
    });
    // What failed left nothing behind by which these keys could lead to the content that was stated.
    expect(Object.keys(ids(world))).toEqual(["one.pdf"]);
    expect(await run(world, [{ key: "two.pdf" }])).toEqual({ "two.pdf": "ready" });
    expect(world.posts()).toHaveLength(2);
  });

  it("has an object read that would go by URL, where it is that of known content with another ETag", async () => {
    const world = await openWorld();
    const content = Uint8Array.from({ length: 3_000 }, (_, i) => i % 251);
    world.put("a.pdf", { bytes: 3_000 });
    world.put("b.pdf", content);
    world.put("c.pdf", "else");
    expect(await run(world, [{ key: "a.pdf" }], "--transfer", "upload")).toEqual({ "a.pdf": "ready" });
    const entries = ["b.pdf", "c.pdf"].map((key) => ({ key, sha256: shaOf(content) }));
    expect(await run(world, entries)).toEqual({
      "b.pdf": "skipped duplicate_content",
      "c.pdf": "failed object_mismatch",
    });
    expect(world.posts()).toHaveLength(1);
  });

  it("is not believed against what was read of the object", async () => {
    const world = await openWorld();
    world.put("a.pdf", "one");
    expect(await run(world, [{ key: "a.pdf" }], "--transfer", "upload")).toEqual({ "a.pdf": "ready" });
    const before = ids(world);
    const wrong = [{ key: "a.pdf", sha256: "ab".repeat(32) }];
    expect(await run(world, wrong)).toEqual({ "a.pdf": "failed object_mismatch" });
    expect(await run(world, wrong, "--transfer", "url")).toEqual({ "a.pdf": "failed url_not_allowed" });
    expect([ids(world), world.posts().length]).toEqual([before, 1]);
  });
});

describe("an answer that is not all of the object", () => {
  const CUT = { "content-type": "text/plain", etag: `"${etagOf("hello, world")}"` };
  it.each([
    [
      "the beginning as 206",
      206,
      { ...CUT, "content-length": "5", "content-range": "bytes 0-4/12" },
      "hello",
    ],
    ["the middle as 206", 206, { ...CUT, "content-length": "5", "content-range": "bytes 7-11/12" }, "world"],
    ["fewer bytes as 200", 200, { ...CUT, "content-length": "5" }, "hello"],
    ["fewer bytes without a length", 200, CUT, "hello"],
  ])("is not sent, and tried again: %s", async (_, status, headers, body) => {
    const bucket = await oddS3({ "a.txt": { body: "hello, world", etag: CUT.etag } });
    let cut = true;
    bucket.odd = ({ method, url = "" }, response) => {
      if (!cut || method !== "GET" || !url.startsWith("/media/a.txt")) return false;
      response.writeHead(status, headers).write(body);
      response.end();
      return true;
    };
    const world = await openWorld();
    const run = async () =>
      itemsOf(
        await world.run(["--json", "--transfer", "upload", "--retries", "1"], {
          env: { R2_ENDPOINT: bucket.url },
        }),
      );
    expect(await run()).toMatchObject([{ status: "failed", reason: "r2_interrupted" }]);
    expect(world.posts()).toEqual([]);
    cut = false;
    expect(await run()).toMatchObject([{ status: "ready" }]);
    expect(world.posts()).toMatchObject([{ bytes: 12 }]);
  });

  it("is no fault where only its length is not announced", async () => {
    const bucket = await oddS3({ "a.txt": { body: "hello, world", etag: CUT.etag } });
    bucket.odd = ({ method, url = "" }, response) => {
      if (method !== "GET" || !url.startsWith("/media/a.txt")) return false;
      response.writeHead(200, CUT).write("hello, ");
      response.end("world");
      return true;
    };
    const world = await openWorld();
    const ended = await world.run(["--json", "--transfer", "upload"], { env: { R2_ENDPOINT: bucket.url } });
    expect(itemsOf(ended)).toMatchObject([{ status: "ready" }]);
    expect(world.posts()).toMatchObject([{ bytes: 12 }]);
  });
});

describe("every object that a run decides on", () => {
  it("has its row in media_store, also one that is refused before it is sent", async () => {
    const world = await openWorld();
    world.put("big.mp4", { bytes: 60_000_000 });
    world.put("empty.txt", "");
    world.put("folder/", "");
    world.put("out.jpg", png(41, 30));
    world.put("photo.jpg", { bytes: 11_000_000 });
    world.put("url-only.bin", "x");
    const rows = () =>
      world.rows("select r2_key as key, kind, bytes, r2_etag is null as unknown from media_store order by 1");
    await world.run(["-n"]);
    const plain = ["--exclude", "out.jpg"];
    const ends = endsOf(await world.run(["--json", "--transfer", "url", ...plain]));
    expect(new Set(Object.values(ends))).toEqual(
      new Set(["failed url_not_allowed", "skipped empty_object", "skipped folder_marker"]),
    );
    const wanted = [
      { key: "big.mp4", kind: "video", bytes: 60_000_000, unknown: 0 },
      { key: "empty.txt", kind: "document", bytes: 0, unknown: 0 },
      { key: "photo.jpg", kind: "photo", bytes: 11_000_000, unknown: 0 },
      { key: "url-only.bin", kind: "document", bytes: 1, unknown: 0 },
    ];
    expect(rows()).toEqual(wanted);
    const joined = world.rows(
      "select s.r2_key as key from media_store s join media_cache c on c.sha256 = s.sha256 where c.status = 'error' order by 1",
    );
    expect(joined.map(({ key }) => key)).toEqual(["big.mp4", "photo.jpg", "url-only.bin"]);
    const manifest = world.file(
      "m.jsonl",
      [{ key: "out.jpg", bytes: 1 }, { key: "gone.jpg" }, { key: "empty2.txt", bytes: 0 }]
        .map((it) => JSON.stringify(it))
        .join("\n"),
    );
    world.put("empty2.txt", "not empty at all");
    expect(endsOf(await world.run(["--manifest", manifest, "--json"]))).toEqual({
      "out.jpg": "failed object_mismatch",
      "gone.jpg": "failed object_missing",
      "empty2.txt": "failed object_mismatch",
    });
    expect(rows()).toEqual(
      [
        ...wanted,
        { key: "out.jpg", kind: "photo", bytes: png(41, 30).length, unknown: 0 },
        { key: "empty2.txt", kind: "document", bytes: 16, unknown: 0 },
      ].sort((a, b) => (a.key < b.key ? -1 : 1)),
    );
  });

  it("has one too where an earlier version left none, and keeps what it has", async () => {
    const world = await openWorld();
    world.put("big.mp4", { bytes: 60_000_000 });
    world.put("a.txt", "a");
    await world.run([]);
    const all = () => world.rows("select * from media_store order by r2_key");
    const before = all();
    await world.run([]);
    expect(all()).toEqual(before);
  });
});

describe("an object that was replaced", () => {
  it("keeps its old id until the new one is there", async () => {
    const world = await openWorld();
    world.put("a.txt", "old");
    await world.run([]);
    const [old] = world.rows(IDS_BY_KEY);
    world.put("a.txt", "new");
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
    });
    expect((await world.run([])).code).toBe(3);
    expect(world.rows(IDS_BY_KEY)).toEqual([old]);
    world.botApi.control({ faults: [] });
    expect((await world.run(["--only", "unknown", "--look-after", "0"])).code).toBe(0);
    const [now] = world.rows(IDS_BY_KEY);
    expect(now?.id).not.toBe(old?.id);
    expect(world.posts().map(({ file_id }) => file_id)).toContain(now?.id);
  });

  it("is told when it is replaced between listing and sending, and warmed by the next run", async () => {
    const world = await openWorld();
    world.put("a.txt", "old");
    world.faults = ({ method, key }) => {
      if (method === "GET" && key === "a.txt") world.put("a.txt", "new");
      return undefined;
    };
    const first = await world.run(["--json", "--transfer", "upload"]);
    expect(endsOf(first)).toEqual({ "a.txt": "failed object_changed" });
    world.faults = () => undefined;
    expect(endsOf(await world.run(["--json"]))).toEqual({ "a.txt": "ready" });
    expect(world.postedKeys()).toEqual(["a.txt"]);
  });

  it("is told when Telegram fetched another one by URL, of which no id is kept, and warmed by the next run", async () => {
    const world = await openWorld();
    world.put("a.pdf", "old");
    world.faults = ({ method, key }) => {
      if (method === "GET" && key === "a.pdf") world.put("a.pdf", "newer");
      return undefined;
    };
    const first = await world.run(["--json", "--transfer", "url"]);
    expect(endsOf(first)).toEqual({ "a.pdf": "failed object_changed" });
    expect(world.rows("select tg_file_id as id from media_cache")).toEqual([{ id: null }]);
    world.faults = () => undefined;
    expect(endsOf(await world.run(["--json"]))).toEqual({ "a.pdf": "ready" });
    expect(world.postedKeys()).toEqual(["a.pdf", "a.pdf"]);
  });

  it("is not taken for what was lost where Telegram fetched another one by URL, and its answer was lost as well", async () => {
    const world = await openWorld();
    // From its message on the lost one is looked for.
    world.put("b.pdf", "before");
    await world.run([]);
    world.put("a.pdf", "old");
    world.faults = ({ method, key }) => {
      if (method === "GET" && key === "a.pdf") world.put("a.pdf", "newer");
      return undefined;
    };
    world.botApi.control({
      faults: [{ server: "bot-api", match: { method: "sendDocument" }, fault: { type: "post_then_drop" } }],
    });
    const lost = await world.run(["--json", "--transfer", "url", "--prefix", "a"]);
    expect(endsOf(lost)).toEqual({
      "a.pdf": "unknown answer_lost",
    });
    world.botApi.control({ faults: [] });
    world.faults = () => undefined;
    world.put("a.pdf", "old");
    // Telegram remembers for a while what it fetched by a URL.
    const looked = ["--only", "unknown", "--look-after", "0", "--transfer", "upload"];
    const second = await world.run(["--json", ...looked]);
    expect(itemsOf(second)).toEqual([
      expect.objectContaining({
        status: "ready",
        resolved: "unchecked",
        resolved_why: expect.stringMatching(
          /^message 2 in \S+ holds 5 bytes of a\.pdf, which had 3: it was replaced/,
        ),
      }),
    ]);
    const ids = world.posts().map(({ file_id }) => file_id);
    expect(world.rows(IDS_BY_KEY).map(({ key, id }) => [key, id])).toEqual([
      ["a.pdf", ids.at(-1)],
      ["b.pdf", ids[0]],
    ]);
  });

  it("is told when it has gone", async () => {
    const world = await openWorld();
    const options = { stdin: '{"key":"gone.txt"}\n{"key":"gone.jpg","bytes":3,"etag":"x"}\n' };
    const ended = await world.run(["--manifest", "-", "--manifest-format", "jsonl", "--json"], options);
    expect(endsOf(ended)).toEqual({
      "gone.txt": "failed object_missing",
      "gone.jpg": "failed object_missing",
    });
    expect(ended.code).toBe(3);
  });
});

describe("leftovers of a file system", () => {
  it("are told with the way to leave them out, which does", async () => {
    const world = await openWorld();
    for (const key of [
      "a/._x.jpg",
      ".DS_Store",
      "b/Thumbs.db",
      "__MACOSX/a.txt",
      "real.txt",
      "a/x._y",
      "thumbs.db.txt",
    ])
      world.put(key, `content of ${key}`);
    for (const args of [["-n"], []])
      expect((await world.run(args)).stderr.replace(/\s+/g, " ")).toContain(
        "4 of 7 objects to warm look like leftovers",
      );
    world.put("b/._new.jpg", "new");
    const out = ["._*", ".DS_Store", "Thumbs.db", "desktop.ini", "**/__MACOSX/**"].flatMap((it) => [
      "--exclude",
      it,
    ]);
    const ended = await world.run([...out, "--json"]);
    expect(Object.keys(endsOf(ended)).sort()).toEqual(["a/x._y", "real.txt", "thumbs.db.txt"]);
    expect(ended.stderr).not.toContain("leftovers");
  });
});

describe("the listing", () => {
  it("gives keys as they are, whatever is in them", async () => {
    const world = await openWorld();
    const keys = [
      "mac/Icon\r.txt",
      "a+b.txt",
      "a%25b.txt",
      "tab\there.txt",
      "line\nfeed.txt",
      "\u0001.txt",
      "🎉//x.txt",
      "..\\#?.txt",
    ];
    for (const [i, key] of keys.entries()) world.put(key, `content ${i}`);
    const ends = endsOf(await world.run(["--json", "--transfer", "upload"]));
    expect(ends).toEqual(Object.fromEntries(keys.map((key) => [key, "ready"])));
  });

  it("is tried as often as an object is", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    let asked = 0;
    // The first looks whether there is a bucket; each try asks three times.
    world.faults = ({ key }) => (key === null && ++asked > 1 && asked < 5 ? { status: 503 } : undefined);
    for (const [retries, code] of [
      ["0", 1],
      ["1", 0],
    ] as const) {
      asked = 0;
      expect((await world.run(["-n", "--retries", retries])).code, retries).toBe(code);
    }
  });
});

describe("the look whether there is a bucket", () => {
  const CUT = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a.t";
  const PASSING: readonly [string, (response: ServerResponse) => void][] = [
    ["cut off", (response) => response.writeHead(200, { "content-type": "application/xml" }).end(CUT)],
    ["empty", (response) => response.writeHead(200).end()],
    ["a refusal for now", (response) => response.writeHead(503).end()],
    ["a connection that breaks", (response) => response.destroy()],
  ];

  it.each(PASSING)("is as patient as a page of the listing is: %s", async (_, answers) => {
    const world = await openWorld();
    const bucket = await oddS3({ "a.txt": { body: "a" } });
    const isDoor = (url = "") => url.includes("max-keys=1");
    let left = 0;
    bucket.odd = ({ url }, response) => {
      if (!isDoor(url) || left-- <= 0) return false;
      answers(response);
      return true;
    };
    const run = (retries: string) => {
      // A try asks three times where the library sees that it may help.
      left = 3;
      const env = { R2_ENDPOINT: bucket.url, PREWARM_TIME_SCALE: "100" };
      return world.run(["-n", "--retries", retries], { env });
    };
    expect((await run("0")).code).toBe(1);
    const ended = await run("3");
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringMatching(/asking again/)]);
  });

  it("does not wait for a server that cannot be reached", async () => {
    const world = await openWorld();
    const env = { R2_ENDPOINT: `http://127.0.0.1:${await closedPort()}` };
    const ended = await world.run(["-n"], { env });
    expect(ended.code).toBe(1);
    expect(ended.stderr).not.toContain("asking again");
  });
});

describe("what comes back otherwise than asked for", () => {
  it("a photo that Telegram refuses goes as a document: weak, under `document`, and the photo's row says why", async () => {
    const world = await openWorld();
    world.put("long.png", png(9_000, 100));
    const ended = await world.run(["--json"]);
    expect(ended.code).toBe(0);
    expect(itemsOf(ended)).toMatchObject([
      {
        key: "long.png",
        kind: "document",
        asked_kind: "photo",
        status: "weak",
        reason: "came_back_as_document",
        error: null,
      },
    ]);
    expect(
      world.rows(
        "select kind, status, error_reason, weak, tg_file_id is null as without from media_cache order by kind",
      ),
    ).toEqual([
      { kind: "document", status: "ready", error_reason: null, weak: 1, without: 0 },
      { kind: "photo", status: "error", error_reason: "came_back_as_document", weak: null, without: 1 },
    ]);
    expect(endsOf(await world.run(["--json"]))).toEqual({ "long.png": "skipped weak_kept" });
    expect(world.posts()).toHaveLength(1);
  });

  it("a kind inside the document family stays under the kind asked for, weak", async () => {
    const world = await openWorld();
    world.put("loop.mp4", SILENT);
    const ended = await world.run(["--json"]);
    expect(itemsOf(ended)).toMatchObject([
      { kind: "video", status: "weak", reason: "came_back_as_other", came_back_as: "animation" },
    ]);
    expect(world.posts()).toMatchObject([{ kind: "animation" }]);
    expect(ended.stderr.replace(/\s+/g, " ")).toContain("loop.mp4 came back as animation");
    expect(world.rows("select error_reason, last_error from media_cache")).toEqual([
      {
        error_reason: "came_back_as_other",
        last_error: "loop.mp4 was sent as video and came back as animation",
      },
    ]);
    expect(world.rows("select kind, status, weak from media_cache")).toEqual([
      { kind: "video", status: "ready", weak: 1 },
    ]);
  });

  it("what cannot go by URL is uploaded, by the extension of its name", async () => {
    const world = await openWorld();
    world.put(
      "intro.mp4",
      readFileSync(new URL("../../fixtures/media/clips/intro.mp4", import.meta.url)),
      "binary/octet-stream",
    );
    const ended = await world.run(["--json"]);
    expect(itemsOf(ended)).toMatchObject([{ kind: "video", status: "ready", transfer: "upload" }]);
    const refused = await world.run(["--json", "--transfer", "url", "--force"]);
    expect(endsOf(refused)).toEqual({ "intro.mp4": "failed url_not_allowed" });
    expect(world.rows("select status from media_cache")).toEqual([{ status: "ready" }]);
  });

  it("a URL that Telegram cannot fetch is uploaded instead", async () => {
    const world = await openWorld();
    world.put("hello.gif", readFileSync(new URL("../../fixtures/media/gifs/hello.gif", import.meta.url)));
    let fetches = 0;
    world.faults = ({ method, key }) =>
      method === "GET" && key === "hello.gif" && ++fetches === 1 ? { status: 403 } : undefined;
    const ended = await world.run(["--json"]);
    expect(itemsOf(ended)).toMatchObject([{ status: "ready", transfer: "upload", attempts: 2 }]);
    expect(world.rows("select state, error_reason from prewarm_attempts order by id")).toEqual([
      { state: "retry", error_reason: "url_fetch_failed" },
      { state: "ready", error_reason: null },
    ]);
  });
});

describe("trouble that passes", () => {
  it("is tried again: R2 that breaks off, a connection that is cut, a flood wait", async () => {
    const world = await openWorld({
      faults: [
        {
          server: "bot-api",
          match: { method: "sendDocument", nth: 2 },
          fault: { type: "flood", retry_after: 1, as_400: true },
        },
        {
          server: "bot-api",
          match: { method: "sendDocument", nth: 4 },
          fault: { type: "flood", retry_after: 1, as_400: false },
        },
      ],
    });
    const keys = world.putMany(6);
    // It breaks off far behind what fits into buffers, so that this shows while it is sent.
    world.put("large.bin", { bytes: 30_000_000 });
    let broken = 0;
    world.faults = ({ method, key }) =>
      method === "GET" && key === "large.bin" && ++broken === 1 ? { resetAfterBytes: 20_000_000 } : undefined;
    const ended = await world.runWith({ WARMUP_CHAT_ID: "-1001,-1002" }, "--json", "-c", "1");
    expect(ended.code).toBe(0);
    expect(Object.values(endsOf(ended))).toEqual(Array(keys.length + 1).fill("ready"));
    expect(itemsOf(ended).find(({ key }) => key === "large.bin")?.attempts).toBe(2);
    expect(world.posts()).toHaveLength(keys.length + 1);
    const floods = world.botApi.calls().filter(({ retry_after }) => retry_after !== null);
    expect(floods).toHaveLength(2);
    for (const { chat_id, answered } of floods) {
      const next = world.botApi
        .calls()
        .find((call) => call.chat_id === chat_id && call.started > (answered ?? 0));
      if (next) expect(next.started).toBeGreaterThanOrEqual((answered ?? 0) + 1_000);
    }
  });

  it("a kind that one chat does not take goes to the other; one that no chat takes fails, the rest goes on", async () => {
    const world = await openWorld();
    world.botApi.control({ chat: { id: -44, restrict: ["document"] } });
    world.putMany(4);
    world.put("hello.gif", readFileSync(new URL("../../fixtures/media/gifs/hello.gif", import.meta.url)));
    const env = { WARMUP_CHAT_ID: "-44,-1001" };
    const both = await world.runWith(env, "--json");
    expect(both.code).toBe(0);
    const documents = world.posts().filter(({ kind }) => kind === "document");
    expect(documents.map(({ chat_id }) => chat_id)).toEqual([-1001, -1001, -1001, -1001]);

    const none = await world.runWith({ WARMUP_CHAT_ID: "-44" }, "--json", "--ledger", "none.db");
    expect(none.code).toBe(3);
    const ends = endsOf(none);
    expect(ends["hello.gif"]).toBe("ready");
    expect(Object.values(ends).filter((end) => end === "failed kind_not_allowed")).toHaveLength(4);
  });
});
