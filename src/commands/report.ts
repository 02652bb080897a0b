import { openReader } from "../compose/ledger-files.ts";
import { surveyLedger } from "../compose/status.ts";
import { ConfigError } from "../config/error.ts";
import { someTime, wholeNumber } from "../config/parse.ts";
import { Problems } from "../config/problems.ts";
import { asWritten } from "../domain/wording.ts";
import { rememberedPace } from "../lanes/backlog.ts";
import type { LedgerReader } from "../ledgers/reader.ts";
import { runPage } from "../report/page.ts";
import { PastRecorder, type PastRun, RunSplitter } from "../report/past.ts";
import { count, duration } from "../reporters/format.ts";
import type { CommandPlace } from "./place.ts";
import type { ReportFlags } from "./report-flags.ts";
import { writeFileWhole, writeOut } from "./write-out.ts";

/** Runs that are listed at the most. */
const MOST_LISTED = 20;

/** `prewarm report`: answers the exit code. Throws ConfigError and LedgerError. */
export async function report(
  file: string | undefined,
  flags: ReportFlags,
  place: CommandPlace,
): Promise<number> {
  const { env, stdout } = place;
  const wish = wishOf(file, flags);
  const reader = await openReader(flags, env, place.folder);
  try {
    if (wish.file === null) stdout.write(listText(await runsOf(reader)));
    else await write(wish.file, await pageOf(reader, wish, flags, place), place);
    return 0;
  } finally {
    await reader.close();
  }
}

interface Wish {
  /** Null: they are listed. */
  readonly file: string | null;
  readonly run: number;
  /** Milliseconds; null for one run. */
  readonly since: number | null;
}

function wishOf(file: string | undefined, flags: ReportFlags): Wish {
  const problems = new Problems();
  const { list, run, since } = flags;
  const read = <T>(label: string, text: string | undefined, parse: (text: string) => T): T | null =>
    text === undefined ? null : problems.parse(`${label} "${text}":`, () => parse(text), null);
  const wish = {
    file: list === true ? null : (file ?? null),
    run: read("--run", run, wholeNumber(1)) ?? 1,
    since: read("--since", since, someTime),
  };
  if (list !== true && file === undefined)
    problems.add("name the page that is to be written, such as `prewarm report run.html` (- for stdout)");
  if (run !== undefined && since !== undefined) problems.add("--run and --since: choose one of them");
  problems.throwIfAny();
  return wish;
}

async function runsOf(reader: LedgerReader): Promise<readonly PastRun[]> {
  const splitter = new RunSplitter();
  for await (const page of reader.attempts()) {
    for (const attempt of page) splitter.add(attempt);
    if (splitter.runs.length > MOST_LISTED) break;
  }
  return splitter.runs.slice(0, MOST_LISTED);
}

function listText(runs: readonly PastRun[]): string {
  if (runs.length === 0) return "the ledger remembers no call yet\n";
  const lines = runs.map(({ owner, begun, ended, attempts }, at) => {
    const states = attempts.map(([state, n]) => `${count(n)} ${state}`).join(", ");
    return `${String(at + 1).padStart(3)}  ${stamp(begun)} UTC  ${duration(ended - begun).padStart(8)}  ${owner}  ${states}`;
  });
  return `${lines.join("\n")}\n`;
}

function stamp(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(0, 19).replace("T", " ");
}

async function pageOf(
  reader: LedgerReader,
  { run, since }: Wish,
  flags: ReportFlags,
  place: CommandPlace,
): Promise<string> {
  const { wording = asWritten } = place;
  const recorder = new PastRecorder();
  const runs = since === null ? await addRun(reader, recorder, run) : await addSince(reader, recorder, since);
  if (since === null && run > 1 && run > runs)
    throw new ConfigError([
      `--run ${run}: runs that ${reader.place} remembers: ${count(runs)}; \`prewarm report --list\` lists them`,
    ]);
  const folder = place.folder;
  const { survey } = await surveyLedger(flags, place.env, folder, Date.now());
  const lanes = new Map(survey.lanesSeen.map((lane) => [JSON.stringify([lane.bot, lane.chat]), lane]));
  const record = recorder.record({
    command: since === null ? "prewarm: a run of the past" : `prewarm: the last ${duration(since)}`,
    ledger: reader.place,
    paceOf: (bot, chat) => {
      const lane = lanes.get(JSON.stringify([bot, chat]));
      return lane === undefined ? null : rememberedPace(lane);
    },
    message: wording,
  });
  return runPage(record, { redact: String, wording });
}

/** How many runs were seen. */
async function addRun(reader: LedgerReader, recorder: PastRecorder, wanted: number): Promise<number> {
  const splitter = new RunSplitter();
  for await (const page of reader.attempts())
    for (const attempt of page) if (splitter.add(attempt) === wanted) recorder.add(attempt);
  return splitter.runs.length;
}

async function addSince(reader: LedgerReader, recorder: PastRecorder, since: number): Promise<number> {
  const from = Date.now() - since;
  for await (const page of reader.attempts()) {
    for (const attempt of page) if (attempt.startedAt >= from) recorder.add(attempt);
    if ((page.at(-1)?.startedAt ?? 0) < from) break;
  }
  return 1;
}

async function write(file: string, page: string, { stdout, stderr }: CommandPlace): Promise<void> {
  if (file === "-") return writeOut([page], stdout);
  await writeFileWhole([page], file);
  stderr.write(`${file} has ${count(Buffer.byteLength(page) / 1000)} kB; open it in a browser\n`);
}
