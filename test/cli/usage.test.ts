import { describe, expect, it } from "vitest";
import { type Ended, endsOf, itemsOf, linesOf, problemsOf, summaryOf } from "../helpers/child.ts";
import { OTHER_TOKEN, openWorld } from "../helpers/world.ts";

/** None of what a real run needs. */
const NOTHING = Object.fromEntries(
  [
    "R2_ENDPOINT",
    "R2_BUCKET",
    "R2_ACCESS_KEY_ID",
    "R2_SECRET_ACCESS_KEY",
    "TELEGRAM_BOT_TOKEN",
    "WARMUP_CHAT_ID",
  ].map((name) => [name, ""]),
);

describe("configuration that is not there", () => {
  it("is told all at once, each with how to set it, and with the run that needs none", async () => {
    const world = await openWorld();
    const ended = await world.runWith(NOTHING, "--limit", "0", "--only", "faild");
    expect(ended.code).toBe(2);
    expect(ended.stdout).toBe("");
    for (const name of ["R2_ACCOUNT_ID (or R2_ENDPOINT)", ...Object.keys(NOTHING).slice(1)])
      expect(ended.stderr).toContain(`  - ${name} is not set: `);
    expect(ended.stderr).toContain('--limit "0": it must be a whole number from 1');
    expect(ended.stderr).toContain('--only "faild": it must be one of failed, unknown, weak');
    expect(ended.stderr).toContain("prewarm: 8 things to fix");
    expect(problemsOf(ended).at(-1)).toContain("`prewarm run --sandbox` needs none of this");
    expect(world.botApi.calls()).toEqual([]);
  });

  it("ends in a summary with --json", async () => {
    const world = await openWorld();
    const ended = await world.runWith(NOTHING, "--json");
    expect(summaryOf(ended)).toMatchObject({ total: 0, exit_code: 2 });
    expect(linesOf(ended).map(({ type }) => type)).toEqual(["error", "summary"]);
  });
});

describe("a command line that cannot be read", () => {
  const WRONG = [
    { args: ["run", "--concurency", "5"], says: "Did you mean --concurrency?" },
    { args: ["run", "--kind", "foto"], says: "Allowed choices are photo, video" },
    { args: ["run", "--order", "biggest"], says: "Allowed choices are small, large, recent, source" },
    { args: ["run", "bucket"], says: "too many arguments" },
    { args: ["run", "--chat"], says: "argument missing" },
    { args: ["run", "--manifest", "nothing.jsonl"], says: "nothing.jsonl" },
    { args: ["run", "--manifest", "nothing"], says: "add --manifest-format" },
    { args: ["run", "--failed-to", "/no/such/folder/x"], says: "--failed-to /no/such/folder/x" },
    { args: ["run", "--prefix", "a/", "--manifest", "m.jsonl"], says: "--prefix cuts a listing" },
    { args: ["run", "--ledger", "postgres://me:pass@db/x"], says: "a password in a flag" },
    { args: ["run", "--ledger", "/no/such/folder/x.db"], says: "/no/such/folder" },
    { args: ["run", "--pace", "fast"], says: '--pace: "fast" is not usable' },
    { args: ["run", "--endpoint", "ftp://host"], says: "--endpoint" },
    { args: ["run", "--endpoint", "https://me:hidden@host"], says: "--endpoint" },
    { args: ["run", "--bot", "defualt,other"], says: 'did you mean "default"?' },
  ];

  function expectRefusal(ended: Ended, says: string): void {
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toMatch(/ {4}at |hidden|:pass/);
    expect(ended.stdout).toBe("");
  }

  it.each(WRONG)("is answered with what was meant: $args", async ({ args: [, ...args], says }) => {
    const world = await openWorld();
    expectRefusal(await world.run(args), says);
  });

  it.each([
    { args: ["run", "--forec"], says: "Did you mean --force?" },
    { args: ["rnu"], says: "Did you mean run?" },
    { args: ["sandbox", "--chats", "0"], says: '--chats "0"' },
  ])("is answered so by the program: $args", async ({ args, says }) => {
    const world = await openWorld();
    expectRefusal(await world.ask(args), says);
  });

  it("ends in a summary with --json all the same", async () => {
    const world = await openWorld();
    const ended = await world.ask(["run", "--json", "--forec"]);
    expect(ended.code).toBe(2);
    expect(summaryOf(ended).exit_code).toBe(2);
  });

  it("is no error when it asks for help or the version", async () => {
    const world = await openWorld();
    for (const args of [[], ["--help"], ["help"], ["run", "--help"], ["sandbox", "-h"], ["--version"]]) {
      const ended = await world.ask(args);
      expect(ended.code, args.join(" ")).toBe(0);
      expect(ended.stderr, args.join(" ")).toBe("");
      expect(ended.stdout, args.join(" ")).toMatch(
        args[0] === "--version" ? /^\d+\.\d+\.\d+\n$/ : /^Examples:/,
      );
    }
  });
});

describe("prewarm.config.json", () => {
  it("gives two bots their chats; each object is warmed by both", async () => {
    const world = await openWorld();
    world.put("a.txt", "a");
    world.file(
      "prewarm.config.json",
      JSON.stringify({
        concurrency: 2,
        bots: [
          { slug: "one", token_env: "TELEGRAM_BOT_TOKEN", warmup_chats: [-1001] },
          { slug: "two", token_env: "TWO", warmup_chats: ["-1003"] },
        ],
      }),
    );
    const env = { TWO: OTHER_TOKEN, WARMUP_CHAT_ID: "" };
    const both = await world.runWith(env, "--json");
    expect(
      itemsOf(both)
        .map(({ bot, status, chat_id }) => [bot, status, chat_id])
        .sort(),
    ).toEqual([
      ["one", "ready", "-1001"],
      ["two", "ready", "-1003"],
    ]);
    expect(
      world
        .posts()
        .map(({ bot_id }) => bot_id)
        .sort(),
    ).toEqual([7000001, 7000002]);
    world.put("b.txt", "b");
    const two = await world.runWith(env, "--json", "--bot", "two");
    expect(
      itemsOf(two)
        .map(({ bot, key, status }) => [bot, key, status])
        .sort(),
    ).toEqual([
      ["two", "a.txt", "skipped"],
      ["two", "b.txt", "ready"],
    ]);
  });

  it("is refused by the place where it is wrong, with the name that was meant", async () => {
    const world = await openWorld();
    world.file("prewarm.config.json", JSON.stringify({ concurency: 2, bots: [{ slug: "x", token: "1:a" }] }));
    const ended = await world.run([]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('unknown member "concurency"; did you mean "concurrency"?');
    expect(ended.stderr).toContain('bots[0]: unknown member "token"');
  });

  it("loses to .env, that to the environment, that to flags", async () => {
    const world = await openWorld();
    world.putMany(3);
    world.file("prewarm.config.json", JSON.stringify({ ledger: "sqlite:of-file.db", bucket: "nothing" }));
    await world.runWith({ R2_BUCKET: "other" });
    world.file(".env", "PREWARM_LEDGER=sqlite:of-dotenv.db\nR2_BUCKET=nothing");
    await world.run(["--limit", "1"]);
    await world.runWith({ PREWARM_LEDGER: "sqlite:of-env.db" }, "--limit", "1");
    await world.runWith({ PREWARM_LEDGER: "sqlite:of-env.db" }, "--limit", "2", "--ledger", "of-flag.db");
    const ids = (ledger: string) => world.rows("select count(*) as n from media_cache", ledger)[0]?.n;
    expect([ids("of-file.db"), ids("of-dotenv.db"), ids("of-env.db"), ids("of-flag.db")]).toEqual([
      0, 1, 1, 2,
    ]);
  });
});

describe("a manifest with broken lines", () => {
  const BROKEN = [
    {
      format: "jsonl",
      text: '{"key":"a.txt"}\n{"key":"b.txt",\n\n{"key":"a.txt","bytes":-1}\n["b.txt"]\n{"key":"b.txt"}\n',
      bad: ["2", "4", "5"],
    },
    { format: "csv", text: 'key,kind\na.txt,\nx.txt,song\nb.txt,"document"\n', bad: ["3"] },
    { format: "json", text: '[{"key":"a.txt"},{"kind":"photo"},{"key":"b.txt"}]', bad: ["[1]"] },
    { format: "json", text: '[{"key":"a.txt"},{"key":"b.txt"},{"key":]', bad: ["[2]"] },
  ];

  it.each(BROKEN)("runs the others and names file and line: $format $text", async ({ format, text, bad }) => {
    const world = await openWorld();
    world.put("a.txt", "a");
    world.put("b.txt", "b");
    const path = world.file(`list.${format}`, text);
    const ended = await world.run(["--manifest", path, "--json"]);
    expect(ended.code).toBe(3);
    const ends = endsOf(ended);
    expect([ends["a.txt"], ends["b.txt"]].map((end) => end?.split(" ")[0])).toEqual(
      expect.arrayContaining(["ready"]),
    );
    expect(world.postedKeys().sort()).toEqual(["a.txt", "b.txt"]);
    const broken = itemsOf(ended).filter(({ status }) => status === "failed");
    expect(broken).toHaveLength(bad.length);
    for (const [i, place] of bad.entries()) {
      expect(broken[i]?.where).toContain(path);
      expect(broken[i]?.where?.slice(path.length)).toContain(place);
      expect(broken[i]?.error?.class).toBe("config");
    }
    expect(ended.stderr).toContain(path);
  });
});
