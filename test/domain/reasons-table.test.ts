import { expect, it } from "vitest";
import { type Failure, failure, isPermanent, PASSING_CLASSES } from "../../src/domain/failure.ts";
import { REASONS, type Reason } from "../../src/domain/reasons.ts";
import type { Task } from "../../src/domain/task.ts";
import { laneConsequence } from "../../src/lanes/consequence.ts";
import { consequenceOf, followUp } from "../../src/pipeline/follow-up.ts";
import { failureOfRefusal } from "../../src/storage/errors.ts";
import { type Asked, classifyRefusal, classifyWire } from "../../src/telegram/classify.ts";
import { ERROR_TEXTS } from "../../src/telegram/error-texts.ts";
import { fitting } from "../../src/telegram/unfitting.ts";
import { newWire, type Wire } from "../../src/telegram/wire.ts";
import { FILES, sourceOf } from "../helpers/source-tree.ts";

const PAGE = "../../docs/reasons.md";
const ANEW =
  "docs/reasons.md is not what the code says; write it anew: npx vitest run --config test/vitest.config.ts test/domain/reasons-table.test.ts -u";

const ALL = Object.keys(REASONS) as Reason[];
const ASKED: Asked = { host: "api", path: "", bytes: 1 };
const STATUSES = Array.from({ length: 200 }, (_, index) => 400 + index);

/** What led to which reason, each as one line. */
class Causes {
  readonly #lines = new Map<Reason, string[]>();

  add(reason: Reason, line: string): void {
    const known = this.#lines.get(reason) ?? [];
    if (!known.includes(line)) this.#lines.set(reason, [...known, line]);
  }

  of(reason: Reason): readonly string[] {
    return this.#lines.get(reason) ?? [];
  }
}

/** Texts of Telegram's as their rows say them, one alternative each. */
function addTexts(causes: Causes): void {
  for (const { text, reason, code } of ERROR_TEXTS)
    for (const one of alternatives(text.source))
      causes.add(reason, `Telegram's text \`${one}\`${code === undefined ? "" : ` with ${code}`}`);
}

/** What texts mean whose usual meaning cannot be true of what was posted. */
function addUnfitting(causes: Causes): void {
  for (const by of ["upload", "url"] as const)
    for (const { reason } of ERROR_TEXTS) {
      const meant = fitting(reason, { by, bytes: by === "upload" ? 1 : null });
      const what = by === "upload" ? "an upload of a few bytes" : "a URL";
      if (meant !== reason) causes.add(meant, `what else means \`${reason}\`, in answer to ${what}`);
    }
}

/** Splits at each `|` that is in no group. */
function alternatives(source: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const letter of source.replaceAll("\\/", "/")) {
    depth += letter === "(" ? 1 : letter === ")" ? -1 : 0;
    if (letter === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts.map((part) => part.replaceAll("|", "\\|"));
}

function addStatuses(causes: Causes): void {
  const by = (path: string) => (code: number) =>
    classifyRefusal({ code, description: "a text that nobody knows" }, { ...ASKED, path }).reason;
  for (const [reason, codes] of grouped(by("")))
    causes.add(reason, `${codes} of Telegram's with an unknown text`);
  causes.add(by("/path")(404), "404 of Telegram's where TELEGRAM_API_ROOT has a path");
  const waits = { code: 400, description: "any", retryAfter: 1 };
  causes.add(classifyRefusal(waits, ASKED).reason, "any answer of Telegram's below 500 with `retry_after`");
  const ofObject = (code: number) => r2({ status: code });
  for (const [reason, codes] of grouped(ofObject)) causes.add(reason, `${codes} of R2 for an object`);
  for (const [reason, codes] of grouped((code) => r2({ status: code, hasRead: true })))
    if (reason === "object_denied")
      causes.add(reason, `${codes} of R2 for one object, where others were read`);
  for (const [reason, codes] of grouped((code) => r2({ status: code, key: null })))
    if (reason === "bucket_missing") causes.add(reason, `${codes} of R2 for the bucket`);
}

function r2({
  status,
  code = "",
  key = "a.jpg",
  hasRead = false,
}: {
  status: number;
  code?: string;
  key?: string | null;
  hasRead?: boolean;
}): Reason {
  const target = { host: "r2", bucket: "media", accessKeyId: "id", hasRead };
  return failureOfRefusal(key === null ? target : { ...target, key }, { status, code, message: "" }).reason;
}

function addR2Codes(causes: Causes): void {
  for (const [, code = ""] of sourceOf("storage/errors.ts").matchAll(/^ {2}([A-Z]\w+): "\w+",$/gm))
    causes.add(r2({ status: 400, code }), `R2's code \`${code}\``);
}

/** Codes by reason, as ranges: `400, 402, 405-412`. */
function grouped(reasonOf: (code: number) => Reason): Map<Reason, string> {
  const codes = new Map<Reason, number[][]>();
  for (const code of STATUSES) {
    const runs = codes.get(reasonOf(code)) ?? [];
    codes.set(reasonOf(code), runs);
    const last = runs.at(-1);
    if (last?.at(-1) === code - 1) last.push(code);
    else runs.push([code]);
  }
  const spelled = (run: number[]) => (run.length > 1 ? `${run[0]}-${run.at(-1)}` : `${run[0]}`);
  return new Map([...codes].map(([reason, runs]) => [reason, runs.map(spelled).join(", ")]));
}

const SENT = { connected: true, bodyEnd: 1 };
const ON_THE_WIRE: readonly [what: string, wire: Partial<Wire>][] = [
  ["no connection to Telegram", {}],
  ["the connection broke within the body", { connected: true }],
  ["Telegram took no more of the body", { connected: true, gaveUp: "server" }],
  ["the object gave no more bytes", { connected: true, gaveUp: "source" }],
  ["reading the object broke", { connected: true, sourceError: new Error("cut") }],
  ["5xx before the body was out", { connected: true, status: 503 }],
  ["413 in any form, at any time", { connected: true, status: 413 }],
  ["429 in any form, at any time", { ...SENT, status: 429 }],
  ["no answer after the whole body", SENT],
  ["no answer in time after the whole body", { ...SENT, gaveUp: "answer" }],
  ["5xx without JSON after the whole body", { ...SENT, status: 502 }],
  ["any other answer that broke off after the whole body", { ...SENT, status: 200 }],
  ["any other answer without JSON after the whole body", { ...SENT, status: 403, text: "" }],
];

function addWire(causes: Causes): void {
  for (const [what, wire] of ON_THE_WIRE)
    causes.add(classifyWire({ ...newWire(), ...wire }, "", ASKED).reason, what);
}

/** Files of the program that give or judge a reason: none of its screens, nor the sandbox, which shares no code with it. */
function placesOf(reason: Reason): string {
  const told = ["domain/reasons.ts", "telegram/error-texts.ts"];
  const files = FILES.filter(
    (file) => !told.includes(file) && !/^(?:admin|bench|doctor|pages|reporters|sandbox)\//.test(file),
  );
  return files
    .filter((file) => sourceOf(file).includes(`"${reason}"`))
    .map((file) => `\`${file}\``)
    .join(" ");
}

function lastsOf({ class: failureClass }: Failure): string {
  if (isPermanent({ class: failureClass, reason: null }))
    return "yes, until the object or the settings change";
  if (failureClass === "in_doubt") return "as `unknown`, until it is asked for by name";
  return PASSING_CLASSES.includes(failureClass)
    ? "no; a worker tries again by itself"
    : "no; the next run tries again";
}

const TASK = {
  entry: { key: "a", bytes: 1, etag: "e" },
  bot: "b",
  kind: "photo",
  content: "c",
  replace: false,
  queuedAt: 0,
  tries: 0,
  calls: 1,
  notBefore: 0,
} satisfies Task;

/** What a photo comes to that was refused so, by URL where only a URL can be. */
function becomesOf(cause: Failure): string {
  if (WEAK.test(cause.reason)) return "keeps its id, `weak`";
  if (cause.reason.startsWith("ledger_")) return "is not tried: the run does not begin";
  const transfer = cause.reason.startsWith("url_") ? "url" : "upload";
  const options = { retries: 5, mode: "auto", transfer, open: () => true, random: () => 1 } as const;
  const then = followUp(TASK, cause, options);
  const other =
    then.do === "again" && (then.task.sendAs ? "goes as a document" : then.task.transfer && "is uploaded");
  const item = {
    again: other || (cause.class === "transient" ? "tried again, up to `--retries`" : "tried again"),
    fail: "fails",
    hold: "tried in another chat; what goes through after it decides",
    doubt: "is `unknown`",
    release: "stays for the next run",
  }[then.do];
  const passes = cause.class === "media" && !isPermanent(cause) ? ["where it fails, that does not last"] : [];
  return [item, ...passes, ...beyond(cause)].join("; ");
}

const WEAK = /^(?:came_back_as_\w+|short_unique_id)$/;

function beyond(cause: Failure): string[] {
  const lane = laneConsequence(cause);
  const then = consequenceOf(cause);
  const ofLane = {
    freeze: "the lane waits",
    move: "the lane moves",
    close: "the lane closes",
    "close-kind": "the lane takes no more of that kind",
  };
  const ofRun = { bot: "the bot is out", run: "the run ends" };
  return [...(lane ? [ofLane[lane.do]] : []), ...(then ? [ofRun[then]] : [])];
}

function page(): string {
  const causes = new Causes();
  for (const add of [addTexts, addUnfitting, addStatuses, addWire, addR2Codes]) add(causes);
  const classes = [...new Set(ALL.map((reason) => REASONS[reason].class))];
  const sections = classes.map((failureClass) => {
    const own = ALL.filter((reason) => REASONS[reason].class === failureClass);
    const cause = failure(own[0] as Reason, "");
    const rows = own.map((reason) => {
      const made = failure(reason, "", reason === "chat_migrated" ? { migrateTo: "-1" } : {});
      return `| \`${reason}\` | ${becomesOf(made)} | ${causes.of(reason).join("<br>")} | ${placesOf(reason)} |`;
    });
    const head = `## ${failureClass}\n\nLasts: ${lastsOf(cause)}.\n\n| reason | an object that is refused so | texts, statuses, events | named in |\n|---|---|---|---|`;
    return `${head}\n${rows.join("\n")}\n`;
  });
  const intro =
    "# What leads to each reason\n\nMade by `test/domain/reasons-table.test.ts` from the code, which fails where this page says something else. The way out of each\nreason: [troubleshooting](troubleshooting.md). A text is matched anywhere in a description, in any case; the first row that fits wins.\n";
  return `${intro}\n${sections.join("\n")}`;
}

it("the page of reasons says what the code does", async () => {
  await expect(page(), ANEW).toMatchFileSnapshot(PAGE);
});

it("every reason has something that leads to it", () => {
  const text = page();
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const bare = rows.filter((row) => /\|\s*\|\s*\|$/.test(row)).map((row) => row.split("`")[1]);
  expect(bare).toEqual([]);
});
