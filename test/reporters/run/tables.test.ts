import { describe, expect, it } from "vitest";
import { failure } from "../../../src/domain/failure.ts";
import type { Snapshot } from "../../../src/figures/snapshot.ts";
import { cells } from "../../../src/reporters/cells.ts";
import { colourFor } from "../../../src/reporters/colour.ts";
import { finalTables } from "../../../src/reporters/run/tables.ts";
import { failedItem, item, lane, lost, scene, tooBig } from "../sample-events.ts";

const options = {
  colour: colourFor({ stream: {}, env: {}, noColor: true }),
  width: 80,
  plain: true,
  command: "prewarm run",
  status: "prewarm status",
  stopped: false,
  ledger: "prewarm.db",
};

/** A run of a minute with something of everything. */
function mixed() {
  const stage = scene();
  const { events, pass, clock } = stage;
  for (let at = 0; at < 1200; at++) events.emit("item", item());
  for (let at = 0; at < 5; at++)
    events.emit("item", item({ status: "skipped", attempts: 0, reason: "already_ready" }));
  events.emit("item", item({ status: "skipped", attempts: 0, reason: "folder_marker" }));
  events.emit("item", failedItem(tooBig, { key: "videos/big.mp4" }));
  events.emit("item", failedItem(lost, { left: true, key: "b.jpg" }));
  pass(60_000);
  events.emit("lane", lane({ sent: 1200 }));
  events.emit("lane", lane({ chat: "-1002", frozenUntil: clock.now() + 5000 }));
  events.emit("lane", lane({ chat: "-1003", closed: failure("bot_kicked", "kicked") }));
  return stage;
}

/** A run of a minute, forecast at half of it, whose items each took `work` ms and waited `lane` ms for a lane. */
function foretold({ work, lane }: { work: number; lane: number }) {
  const { events, pass, tally } = scene();
  events.emit("started", { command: "prewarm run", lanes: 25, concurrency: 5, ledger: "sqlite:x.db" });
  const cost = { listed: 150, operations: { classA: 1, classB: 300 } };
  const pace = { ceilingPerMin: 300, bottleneck: "lanes" as const, etaSeconds: 30, lanes: 25, advice: [] };
  events.emit("forecast", { toWarm: 150, bytes: 1, ...pace, ...cost, all: true });
  const latency = { total: work + lane, queue: 0, lane, download: 0, send: work };
  for (let at = 0; at < 150; at++) events.emit("item", item({ latency }));
  pass(60_000);
  return tally.snapshot();
}

describe("the end of a run", () => {
  const line = (run: Snapshot, stopped = false) =>
    finalTables(run, { ...options, stopped, width: 120 }).split("\n")[1] ?? "";

  it.each([
    [{ work: 1_900, lane: 20 }, ": the limit was concurrency"],
    [{ work: 500, lane: 390 }, ": the limit was the lanes"],
    [{ work: 500, lane: 0 }, ""],
  ])("says what became of the forecast: %j%s", (times, limit) => {
    expect(line(foretold(times))).toBe(`forecast 30.0 s (300.0/min); took 1m 0s (150.0/min)${limit}`);
  });

  it("compares nothing when the run was stopped", () => {
    expect(line(foretold({ work: 1_900, lane: 20 }), true)).not.toContain("forecast");
  });
});

describe("finalTables", () => {
  it("sums a run up: results, times, lanes, troubles with the way out, and the next command last", () => {
    expect(
      finalTables(mixed().tally.snapshot(), options),
    ).toBe(`1,208 items in 1m 0s: 1,200/min, 1.20 MB, success rate 99.9 %, flood waits 0
+---------+-------+-----------------------------------------+
| result  | items |                                         |
| ready   | 1,200 |                                         |
| skipped |     6 | already_ready 5, folder_marker 1        |
| weak    |     0 |                                         |
| failed  |     1 |                                         |
| unknown |     1 | 1 of them from earlier runs, left alone |
+---------+-------+-----------------------------------------+
+----------------------+--------+--------+--------+
| time                 |    P50 |    P95 |    P99 |
| download + send      | 500 ms | 500 ms | 500 ms |
|   download           | 100 ms | 100 ms | 100 ms |
|   send               | 400 ms | 400 ms | 400 ms |
| waiting in the queue | 600 ms | 600 ms | 600 ms |
| waiting for a lane   | 400 ms | 400 ms | 400 ms |
+----------------------+--------+--------+--------+
+-------------------+----------+-------+-----------------+
| lane (bot x chat) |     pace |  sent | state           |
| default x -1001   | 20.0/min | 1,200 | open            |
| default x -1002   | 20.0/min |     3 | frozen 5.0 s    |
| default x -1003   | 20.0/min |     3 | out: bot_kicked |
+-------------------+----------+-------+-----------------+
+----------------------------------+------------------------------------------+
| out                              | why and what to do                       |
+----------------------------------+------------------------------------------+
| default x -1003                  | kicked                                   |
| bot_kicked                       | add the bot to the chat as an            |
|                                  | administrator who may post, then run     |
|                                  | again                                    |
+----------------------------------+------------------------------------------+
+-------------------------+---------+-----------------------------------------+
| trouble                 |   items | example and what to do                  |
+-------------------------+---------+-----------------------------------------+
| failed                  |       1 | e.g. videos/big.mp4                     |
| file_too_big            |         | use a Bot API server of your own in     |
| (media)                 |         | local mode (\`--api-root\`,               |
|                         |         | \`--api-local\`): it takes 2000 MB        |
+-------------------------+---------+-----------------------------------------+
| unknown                 |       1 | e.g. b.jpg                              |
| answer_lost             |         | \`prewarm run --only unknown\` looks for  |
| (in_doubt)              |         | its message first and keeps its id; it  |
|                         |         | is sent again where it is not there, or |
|                         |         | cannot be looked for                    |
+-------------------------+---------+-----------------------------------------+
file_ids are in prewarm.db; that of a.jpg for bot default, as photo:
  AgAC
a bot reads it by this SQL:
  select c.tg_file_id from media_cache c join media_store s on s.sha256 =
  c.sha256 and s.kind = c.kind where s.r2_key = 'a.jpg' and c.bot_slug =
  'default' and c.kind = 'photo' and c.status = 'ready' and c.dead_at is null
Next: prewarm run --only unknown
`);
  });

  it("draws only plain characters, within the width, when it is told to", () => {
    const text = finalTables(mixed().tally.snapshot(), options);
    expect(text).toMatch(/^[\u0020-\u007e\n]+$/);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(80);
    expect(finalTables(mixed().tally.snapshot(), { ...options, plain: false })).toContain("┌");
  });

  it("says little about a run that had nothing to do", () => {
    const { tally, events } = scene();
    events.emit("item", item({ status: "skipped", attempts: 0, reason: "already_ready" }));
    const text = finalTables(tally.snapshot(), options);
    expect(text).not.toMatch(/P50|lane|trouble|Next/);
    expect(text).toContain("already_ready 1");
  });

  it("keeps many lanes to a table that can be read", () => {
    const { tally, events } = scene();
    for (let at = 0; at < 80; at++) events.emit("lane", lane({ chat: `-100${at}` }));
    expect(finalTables(tally.snapshot(), options)).toContain("| +40 more lanes ");
  });
});

const busy = failure("telegram_busy", "Telegram said 503");

describe("the command to run next", () => {
  const nextAfter = (...items: ReturnType<typeof item>[]) => {
    const { tally, events } = scene();
    for (const each of items) events.emit("item", each);
    return (stopped = false) => {
      const text = finalTables(tally.snapshot(), {
        ...options,
        command: "prewarm run --sandbox",
        status: "prewarm status --sandbox",
        stopped,
      });
      return /^Next: ([\s\S]*)\n$/m.exec(text)?.[1]?.replaceAll("\n  ", " ") ?? null;
    };
  };
  const line = failedItem(failure("manifest_line", "m:1: key is missing"), { key: null, where: "m:1" });

  it("sees to what failed and what is unknown, by the ledger", () => {
    expect(nextAfter(item())()).toBe("prewarm status --sandbox");
    expect(nextAfter(item({ status: "skipped", attempts: 0 }))()).toBeNull();
    expect(nextAfter(failedItem(busy))()).toBe("prewarm run --sandbox --only failed");
    expect(nextAfter(failedItem(lost))()).toBe("prewarm run --sandbox --only unknown");
    expect(nextAfter(failedItem(lost), failedItem(busy))()).toBe(
      "prewarm run --sandbox --only failed,unknown",
    );
  });

  it.each([
    [tooBig, /^use a Bot API server of your own.*; or leave it out by `--exclude KEY`, and the run ends 0$/],
    [failure("object_missing", "gone"), /put the object back .*; or leave it out by `--exclude KEY`/],
  ])("is the way out where another try alone would end the same way (%o)", (cause, way) => {
    expect(nextAfter(failedItem(cause))()).toMatch(way);
    expect(nextAfter(failedItem(cause), failedItem(lost))()).toBe("prewarm run --sandbox --only unknown");
  });

  it.each([
    ["bot_kicked", /^add the bot to the chat as an administrator who may post, then run again$/],
    ["chat_not_found", /^check the id in WARMUP_CHAT_ID .*; then: prewarm run$/],
  ] as const)("is the way out of a bot that has no lane left (%s), also after a stop", (reason, way) => {
    const { tally, events } = scene();
    events.emit("lane", lane({ closed: failure(reason, "out") }));
    events.emit("item", failedItem(failure("no_lane_left", "out")));
    events.emit("item", failedItem(busy));
    for (const stopped of [true, false]) {
      const text = finalTables(tally.snapshot(), { ...options, stopped });
      expect(/^Next: ([\s\S]*)\n$/m.exec(text)?.[1]?.replaceAll("\n  ", " ")).toMatch(way);
    }
  });

  it("goes on first after a stop, and runs again after bad lines, which the ledger knows nothing of", () => {
    expect(nextAfter(failedItem(tooBig))(true)).toBe("prewarm run --sandbox");
    expect(nextAfter(item())(true)).toBe("prewarm run --sandbox");
    expect(nextAfter(line)()).toBe(
      "correct the line; all other lines were read; then: prewarm run --sandbox",
    );
  });
});

describe("on a narrow screen", () => {
  const narrow = () => {
    const stage = mixed();
    const key = `uploads/2024/${"7f3c9d1e-".repeat(6)}.mp4`;
    stage.events.emit("item", failedItem(lost, { key: "first.jpg" }));
    stage.events.emit("item", failedItem(failure("photo_dimensions", "too long"), { key }));
    return { text: finalTables(stage.tally.snapshot(), { ...options, width: 40 }), key };
  };

  it("has lines that fit instead of tables that do not", () => {
    const { text, key } = narrow();
    const long = text
      .split("\n")
      .filter((line) => cells(line) > 39 && !line.includes(key) && !line.startsWith("  "));
    expect(long).toEqual([]);
    expect(text).toContain("download + send\n  P50 500 ms, P95 500 ms, P99 500 ms\n");
    expect(text).toContain("default x -1001\n  pace 20.0/min, sent 1,200\n  open");
  });

  it("shows keys whole", () => {
    const { text, key } = narrow();
    expect(text).toContain(`  e.g. ${key}\n`);
  });
});

describe("a long key", () => {
  it("stands whole below the table, so that it can be copied", () => {
    const { tally, events } = scene();
    const key = `uploads/2024/${"7f3c9d1e-".repeat(9)}.mp4`;
    events.emit("item", failedItem(tooBig, { key }));
    const lines = finalTables(tally.snapshot(), options).split("\n");
    expect(lines).toContain(key);
    expect(lines.at(lines.indexOf(key) - 1)).toBe("file_too_big, the whole key:");
  });
});

describe("a key in SQL", () => {
  it("is quoted and never broken", () => {
    const { tally, events } = scene();
    const key = `it's ${"long ".repeat(30)}key.jpg`;
    events.emit("item", item({ key }));
    expect(finalTables(tally.snapshot(), options)).toContain(` 'it''s ${"long ".repeat(30)}key.jpg'`);
  });

  it.each([
    ["prewarm.db", "char"],
    ["postgres://me@db/prewarm", "chr"],
  ])("says what no screen shows in the words of its ledger: %s", (ledger, character) => {
    const { tally, events } = scene();
    events.emit("item", item({ key: "a\u202egpj.jpg" }));
    expect(finalTables(tally.snapshot(), { ...options, ledger })).toContain(
      `'a'||${character}(8238)||'gpj.jpg'`,
    );
  });
});

describe("a run that had nothing to send", () => {
  it("calls nothing a success", () => {
    const { tally, events } = scene();
    events.emit("item", item({ status: "skipped", attempts: 0, reason: "already_ready" }));
    expect(finalTables(tally.snapshot(), options)).toMatch(/^1 items? in .*: nothing had to be sent\n/);
  });
});

it("says of a lane which kinds its chat does not take", () => {
  const { events, tally } = scene();
  events.emit("lane", lane({ refused: ["voice", "audio"] }));
  events.emit("item", item());
  expect(finalTables(tally.snapshot(), options)).toMatch(/\| default x -1001 .*\| takes no voice, audio \|/);
});
