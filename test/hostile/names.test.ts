import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { prometheusMetrics } from "../../src/admin/prometheus/prometheus.ts";
import { cellText } from "../../src/exchange/csv-cells.ts";
import { worker } from "../admin/worker.ts";
import { linesOf } from "../helpers/child.ts";
import { FILES, sourceOf } from "../helpers/source-tree.ts";
import { CHAT, openWorld, type World } from "../helpers/world.ts";
import { item, lane } from "../reporters/sample-events.ts";

/** What would break out of a terminal, a line, a cell, an element, a statement or a folder. */
const EVIL: readonly string[] = [
  "\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007",
  "\u001b[2J\u001b[31mred\u009b0m\u0090q\u009c",
  "gpj.\u202etxt.exe\u2066\u2069",
  "no\u200bwidth\u2060\ufeffat\u00adall",
  "two\r\nINJECTED ready\u2028INJECTED\u2029INJECTED\u0085INJECTED",
  '=HYPERLINK("https://evil.example")',
  "@SUM(A1)",
  "+1",
  "-1+1",
  "\t=1+1",
  "'=1+1",
  "</script><script>alert(1)</script>",
  "\"'><img src=x onerror=alert(1)>",
  "$".concat("{alert(1)}{{alert(1)}}`&lt;"),
  "'; drop table media_store; --",
  "../../evil",
  "/etc/evil",
  "..\\evil",
  "%2e%2e%2fevil%00",
  'a"} 1\nprewarm_evil{x="\\',
];
const TITLE = EVIL.join("");

/** Signs that a terminal acts on, or that hide what is there. */
const NEVER_SHOWN = /(?!\n)\p{Cc}|[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

function expectShown(text: string, place: string): void {
  const at = text.search(NEVER_SHOWN);
  if (at >= 0) throw new Error(`${place} shows ${JSON.stringify(text.slice(Math.max(0, at - 80), at + 20))}`);
  expect(text, place).not.toMatch(/^INJECTED/m);
}

/** Objects of all names, once as they should be and once with another content, so that there are failures of all names. */
async function evilWorld(): Promise<World> {
  const chats = [{ id: CHAT, type: "channel" as const, title: TITLE }];
  const world = await openWorld({ chats });
  for (const name of EVIL) world.put(`there/${name}.txt`, `content of ${name}`);
  for (const key of FAILING) world.put(key, `content of ${key}`);
  const entry = (key: string) =>
    JSON.stringify({
      key,
      title: key,
      filename: key,
      ...(THERE.includes(key) ? {} : { sha256: "0".repeat(64) }),
    });
  world.file("evil.jsonl", [...THERE, ...FAILING.slice(0, HALF)].map(entry).join("\n"));
  world.file("more.jsonl", FAILING.slice(HALF).map(entry).join("\n"));
  return world;
}

const THERE = EVIL.map((name) => `there/${name}.txt`);
const FAILING = EVIL.map((name) => `${name}.txt`);
/** Twenty failures in a row would end a run. */
const HALF = 10;
const [RUN, MORE] = ["evil.jsonl", "more.jsonl"].map((name) => ["run", "--manifest", name]) as [
  string[],
  string[],
];

describe("names that come from outside", () => {
  it("break out of no screen, page, table, line or file that a run and those after it make", async () => {
    const world = await evilWorld();
    const before = readdirSync(join(world.dir, "..")).filter((name) => name.includes("evil"));
    const json = await world.ask([...RUN, "--json", "--failed-to", "failed.jsonl", "--report", "run.html"]);
    expect(json.code).toBe(3);
    expectShown(json.stderr + json.stdout, "run --json");
    // Every line is JSON, and says each key as it is.
    const keys = linesOf(json).map(({ key }) => key);
    expect(keys.filter((key) => key !== undefined).sort()).toEqual(
      [...THERE, ...FAILING.slice(0, HALF)].sort(),
    );
    const kept = await world.ask(["export", "--format", "jsonl"]);
    world.file("kept.jsonl", kept.stdout);
    world.file(
      "wrong.jsonl",
      EVIL.map((kind) => JSON.stringify({ bot: "default", key: kind, kind })).join("\n"),
    );
    rmSync(join(world.dir, "prewarm.db"));
    for (const command of [
      RUN,
      MORE,
      [...RUN, "--quiet"],
      [...RUN, "--dry-run"],
      ...[["status"], ["failures"], ["check-env"], ["verify"]],
      ...THERE.slice(0, 4).map((key) => ["lookup", key]),
      ...[
        ["status", "--json"],
        ["failures", "--json"],
        ["verify", "--json"],
        ["lookup", "--json", THERE[2] ?? ""],
        ["check-env", "--json"],
        ...["jsonl", "json", "kv"].map((format) => ["export", "--format", format]),
        ["import", "--json", "wrong.jsonl"],
        ["import", "--json", "--dry-run", "kept.jsonl"],
        // Nothing begins so: a line that says why, and says it as it was typed.
        ...["run", "verify", "enqueue"].map((command) => [command, "--json", "--prefix", TITLE]),
        ...["lookup", "import", "probe"].map((command) => [command, "--json", "--config", TITLE, "some"]),
      ],
    ]) {
      const { stdout, stderr } = await world.ask(command);
      expectShown(stdout + stderr, command.join(" "));
    }
    expect(readdirSync(join(world.dir, "..")).filter((name) => name.includes("evil"))).toEqual(before);
    expect(world.rows("select count(*) n from media_store where r2_key like 'there/%'")).toEqual([
      { n: EVIL.length },
    ]);
    for (const name of ["run.html", "failed.jsonl"]) expect(readdirSync(world.dir)).toContain(name);
    expectPage(readFileSync(join(world.dir, "run.html"), "utf8"));
    const failed = readFileSync(join(world.dir, "failed.jsonl"), "utf8").trimEnd().split("\n");
    expect(failed.map((line) => JSON.parse(line).key).sort()).toEqual(FAILING.slice(0, HALF).sort());
    for (const command of [
      ["failures", "--csv"],
      ["export", "--format", "csv"],
    ])
      expectCells((await world.ask(command)).stdout, command.join(" "));
  });

  it("end no label of Prometheus before its end", async () => {
    const parts = worker();
    const metrics = prometheusMetrics({ ...parts, version: TITLE, bots: EVIL });
    for (const name of EVIL) {
      parts.events.emit("item", item({ bot: name, key: name }));
      parts.events.emit("call", { bot: name, chat: name, ms: 1, failure: null });
      parts.events.emit("lane", lane({ bot: name, chat: name, title: name }));
    }
    const lines = (await metrics.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const label = String.raw`\w+="(?:[^"\\]|\\[\\"n])*"`;
    for (const line of lines)
      expect(line).toMatch(
        new RegExp(`^(?:prewarm|process|nodejs)_\\w+(?:\\{${label}(?:,${label})*\\})? [-+.\\dINaife]+$`, "s"),
      );
    expect(lines.filter((line) => line.startsWith("prewarm_evil"))).toEqual([]);
    expect(lines.length).toBeGreaterThan(EVIL.length);
  });
});

/** Of what is no output: an order to the sandbox, names in a map, a text within JSON that is written so itself. */
const NOT_PRINTED = /body: JSON\.stringify|JSON\.stringify\(\[|value: JSON\.stringify/;

it("has one way to write JSON that people look at", () => {
  const lines = FILES.filter((file) => /^(commands|exchange|reporters)\/|^[^/]+$/.test(file)).flatMap(
    (file) =>
      sourceOf(file)
        .split("\n")
        .filter((line) => line.includes("JSON.stringify") && !NOT_PRINTED.test(line))
        .map((line) => `${file}: ${line.trim()}`),
  );
  expect(lines).toEqual([]);
});

/** A page has no element that a name made. */
function expectPage(html: string): void {
  expect(html).not.toMatch(/<img|<script>alert|onerror=alert\(1\)>/);
  expectShown(html.replaceAll("\t", " "), "run.html");
}

/** A cell of a spreadsheet is no formula, and holds the key. */
function expectCells(csv: string, place: string): void {
  const rows: string[][] = parse(csv);
  for (const cell of rows.flat())
    if (!/^-?\d+(?:\.\d+)?$/.test(cell)) expect(cell, place).not.toMatch(/^[=+\-@\t\r]/);
  const cells = new Set(rows.flat().map(cellText));
  const wanted = place.startsWith("failures") ? FAILING : THERE;
  expect(wanted.filter((key) => !cells.has(key))).toEqual([]);
}
