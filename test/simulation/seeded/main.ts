import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type PlayBatch, playApart, type Told } from "./batch.ts";
import { play } from "./play.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";
import { playSeries } from "./series.ts";
import { without } from "./shrink.ts";

const HELP = `usage: npm run simulate -- [--minutes N | --count N] [--from SEED] [--jobs N] [--packs] [--seed SEED [--without 1,2,3] [--trace | --print]]
Without anything: random seeds for a minute; with --packs only those that send several media in one message. Ends 0 when all went well, 1 when something did not.`;
/** Seeds are whole numbers below this. */
const SEEDS = 2 ** 31;
/** Schedules played by one process at most. */
const BATCH = 2_000;

/** How it speaks, plays and is told to end. */
export interface Ways {
  readonly say?: (line: string) => void;
  readonly play?: PlayBatch;
  readonly stop?: AbortSignal;
  /** The command that plays a seed again. */
  readonly replay?: string;
}

/** What `npm run simulate` does; returns its exit code. */
export async function main(args: readonly string[], ways: Ways = {}): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const numbers = { minutes: text, count: text, from: text, jobs: text, batch: text };
  const options = {
    ...numbers,
    seed: text,
    without: text,
    trace: flag,
    print: flag,
    first: flag,
    packs: flag,
    help: flag,
  };
  const { values } = parseArgs({ args: [...args], options });
  const say = ways.say ?? toStdout;
  if (values.help) say(HELP);
  if (values.help) return 0;
  if (values.seed !== undefined) {
    const left = (values.without ?? "").split(",").filter(Boolean).map(Number);
    const scenario = without(scenarioOf(Number(values.seed)), new Set(left));
    // As a test keeps it: a change of what seeds draw changes nothing in it.
    if (values.print) say(JSON.stringify(scenario, null, 2));
    return values.print ? 0 : one(scenario, values.trace === true, say);
  }
  return many({ ...ways, say }, values);
}

async function one(scenario: Scenario, trace: boolean, say: (line: string) => void): Promise<number> {
  const { wrongs, steps, crashes, posts, trace: lines } = await play(scenario, { trace });
  if (trace) say(`${JSON.stringify(scenario, null, 1)}\n${lines}`);
  for (const wrong of wrongs) say(wrong);
  const sum = `${steps} steps, ${crashes} crashes, ${posts} posts, ${wrongs.length} violations`;
  say(`seed ${scenario.seed}: ${sum}`);
  return wrongs.length > 0 ? 1 : 0;
}

interface Flags {
  readonly minutes?: string;
  readonly count?: string;
  readonly from?: string;
  readonly jobs?: string;
  readonly batch?: string;
  readonly first?: boolean;
  readonly packs?: boolean;
}

async function many(
  { say = toStdout, play = playApart, stop, replay = "npm run simulate --" }: Ways,
  flags: Flags,
): Promise<number> {
  const { minutes, count = Number.POSITIVE_INFINITY, from = randomInt(SEEDS), first } = flags;
  const over = new AbortController();
  const minutesLeft = minutes ?? (flags.count === undefined ? 1 : null);
  const timer = minutesLeft === null ? null : setTimeout(() => over.abort(), Number(minutesLeft) * 60_000);
  const asked = {
    from: Number(from),
    count: Number(count),
    jobs: Number(flags.jobs ?? 1),
    packs: flags.packs,
  };
  const tell = (told: Told) => {
    if (told.wrongs.length === 0) return;
    for (const wrong of told.wrongs) say(`seed ${told.seed}: ${wrong}`);
    const left = told.without === "" ? "" : ` --without ${told.without}`;
    say(`replay: ${replay} --seed ${told.seed}${left} --trace`);
    if (first) over.abort();
  };
  say(`seeds from ${from}`);
  const began = performance.now();
  const ends = stop ? AbortSignal.any([over.signal, stop]) : over.signal;
  const sum = await playSeries({ ...asked, batch: Number(flags.batch ?? BATCH), play }, tell, ends);
  if (timer) clearTimeout(timer);
  const hours = (performance.now() - began) / 3_600_000;
  const { schedules, steps, crashes, violations } = sum;
  const what = `${steps} steps, ${crashes} crashes, ${violations} violations`;
  say(`${schedules} schedules, ${Math.round(schedules / hours)} an hour: ${what}`);
  return violations > 0 ? 1 : 0;
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
