import { describe, expect, it } from "vitest";
import { linesOf, summaryOf } from "../helpers/child.ts";
import { oddS3 } from "../helpers/odd-s3.ts";
import { openWorld, type World } from "../helpers/world.ts";

const [NFC, NFD] = ["caf\u00e9", "cafe\u0301"];

async function filled(): Promise<World> {
  const world = await openWorld();
  for (const key of ["photos/a.txt", `photos/${NFD}.txt`, "photos/B.TXT", "docs/x.pdf"])
    world.put(key, `content of ${key}`);
  return world;
}

describe("patterns and prefixes", () => {
  const CHOICES: [args: string[], toWarm: number, filtered: number][] = [
    [["--exclude", "/photos/**"], 1, 3],
    [["--include", "/photos/**"], 3, 1],
    [["--include", `*${NFC}*`], 1, 3],
    [["--prefix", `photos/${NFC}`], 1, 0],
    [["--prefix", `photos/${NFD}`], 1, 0],
    [["--kind", "document"], 4, 0],
  ];

  it.each(CHOICES)("%j plans %i and leaves out %i", async (args, toWarm, filtered) => {
    const world = await filled();
    const ended = await world.run(["--dry-run", "--json", ...args]);
    expect([ended.code, linesOf(ended).at(-1)]).toMatchObject([
      0,
      { type: "plan", to_warm: toWarm, filtered },
    ]);
  });

  it("say how many keys they left out, in the plan, in the last table and in the summary", async () => {
    const world = await filled();
    const args = ["--include", "docs/**"];
    expect((await world.run(["--dry-run", ...args])).stdout).toContain("filtered  3 keys");
    expect((await world.run(args)).stderr).toMatch(/filtered +\| +3 \| left out by/);
    expect(summaryOf(await world.run([...args, "--json"]))).toMatchObject({ skipped: 1, filtered: 3 });
  });
});

describe("a prefix with two spellings", () => {
  const [ACUTE, DIAERESIS] = ["\u00e9", "u\u0308"];
  const KEYS = [`r${ACUTE}s/b.txt`, `r${ACUTE}s/${DIAERESIS}.txt`, `${NFD}/a${ACUTE}.txt`, `${NFC}s/x.txt`];
  const PREFIXES: [prefix: string, keys: number][] = [
    [`r${ACUTE}s/`, 2],
    ["re\u0301s/", 2],
    [`r${ACUTE}s/${DIAERESIS}`, 1],
    [`${NFC}/`, 1],
    [`${NFD}/a`, 1],
  ];

  it.each(PREFIXES)("takes each key below %j once: %i", async (prefix, keys) => {
    const world = await openWorld();
    for (const key of KEYS) world.put(key, `content of ${key}`);
    const planned = await world.run(["--dry-run", "--json", "--prefix", prefix]);
    expect(linesOf(planned).at(-1)).toMatchObject({ to_warm: keys, skipped: 0 });
    const ended = await world.run(["--json", "--prefix", prefix]);
    expect(linesOf(ended).filter(({ type }) => type === "item")).toHaveLength(keys);
    expect(summaryOf(ended)).toMatchObject({ total: keys, ready: keys });
  });

  it("finds both keys of a server that compares bytes", async () => {
    const world = await openWorld();
    const s3 = await oddS3({ [`${NFC}/a.txt`]: { body: "one" }, [`${NFD}/a.txt`]: { body: "two" } });
    const ended = await world.run(["--json", "--prefix", `${NFC}/`], { env: { R2_ENDPOINT: s3.url } });
    expect(summaryOf(ended)).toMatchObject({ total: 2, ready: 2 });
  });
});

describe("a selection that matches no key", () => {
  const NOTHING: [args: string[], said: string][] = [
    [
      ["--prefix", "/photos/"],
      "no key begins with --prefix /photos/: the nearest among 3 keys below photos/ are photos/",
    ],
    [["--prefix", "foto/"], "no key begins with --prefix foto/: the nearest among 4 keys of the bucket are"],
    [["--prefix", "photos/2024/"], "the nearest among 3 keys below photos/ are photos/"],
    [["--include", "/fotos/**"], "--include '/fotos/**' matched none of 4 keys: the nearest are photos/ (3)"],
    [["--exclude", "/fotos/**"], "--exclude '/fotos/**' matched none of 4 keys: the nearest are photos/ (3)"],
    [["--kind", "video"], "--kind video matched none of them: they are document (4)"],
  ];

  it.each(NOTHING)("%j sends nothing, says what there is and ends with 2", async (args, said) => {
    const world = await filled();
    for (const mode of [[], ["--dry-run"]]) {
      const ended = await world.run([...mode, ...args]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain(said);
      expect(ended.stderr).toContain("--allow-empty");
    }
    expect(world.posts()).toEqual([]);
  });

  it.each(NOTHING)("%j is only told with --allow-empty", async (args, said) => {
    const world = await filled();
    const ended = await world.run([...args, "--allow-empty"]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain(`warning: ${said}`.slice(0, 9));
    expect(ended.stderr).toContain(said);
  });

  it("is found in a manifest too", async () => {
    const world = await filled();
    const manifest = world.file("m.jsonl", '{"key":"docs/x.pdf"}\n');
    const ended = await world.run(["--manifest", manifest, "--include", "*.mp4"]);
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining("--include '*.mp4' matched none of 1 key: they are *.pdf (1)"),
    ]);
  });

  it("warns of a pattern that matches nothing beside others that do", async () => {
    const world = await filled();
    const ended = await world.run(["--include", "docs/**", "--include", "doc/**"]);
    expect([ended.code, world.posts().length]).toEqual([0, 1]);
    expect(ended.stderr).toContain("warning: --include 'doc/**' matched none of 4 keys");
  });
});

describe("nothing to choose from", () => {
  const EMPTY: [title: string, args: string[], said: string][] = [
    ["an empty bucket", ["--include", "*.jpg"], "nothing to warm: bucket media is empty"],
    ["an empty bucket and a prefix", ["--prefix", "x/"], "nothing to warm: bucket media is empty"],
    ["an empty manifest", ["--manifest", "m.jsonl"], "nothing to warm: m.jsonl names no objects"],
    ["an empty spreadsheet", ["--manifest", "m.csv"], "nothing to warm: m.csv names no objects"],
    ["an empty array", ["--manifest", "m.json"], "nothing to warm: m.json names no objects"],
    [
      "no such rows",
      ["--only", "failed,unknown"],
      "nothing to warm: the ledger holds nothing as failed or unknown",
    ],
  ];

  it.each(EMPTY)("%s is a line and no mistake", async (_title, args, said) => {
    const world = await openWorld();
    for (const name of ["m.jsonl", "m.csv"]) world.file(name, "");
    world.file("m.json", "[]");
    const ended = await world.run(args);
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining(said)]);
  });
});
