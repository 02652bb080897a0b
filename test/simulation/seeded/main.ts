import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { play } from "./play.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";
import { shrunk, without } from "./shrink.ts";

const HELP = `usage: npm run simulate -- [--minutes N | --count N] [--from SEED] [--seed SEED [--without 1,2,3] [--trace | --print]]
Without anything: random seeds for a minute. Ends 0 when all went well, 1 when something did not.`;
/** Seeds are whole numbers below this. */
const SEEDS = 2 ** 31;

type Say = (line: string) => void;

interface Options {
  readonly minutes: number;
  readonly count: number;
  readonly from: number;
}

/** What `npm run simulate` does; returns its exit code. */
export async function main(args: readonly string[], say: Say = toStdout): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    minutes: text,
    count: text,
    from: text,
    seed: text,
    without: text,
    trace: flag,
    print: flag,
    first: flag,
    help: flag,
  };
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) say(HELP);
  if (values.help) return 0;
  if (values.seed !== undefined) {
    const left = (values.without ?? "").split(",").filter(Boolean).map(Number);
    const scenario = without(scenarioOf(Number(values.seed)), new Set(left));
    // As a test keeps it: a change of what seeds draw changes nothing in it.
    if (values.print) say(JSON.stringify(scenario, null, 2));
    return values.print ? 0 : one(scenario, values.trace === true, say);
  }
  const from = values.from === undefined ? randomInt(SEEDS) : Number(values.from);
  const count = Number(values.count ?? Number.POSITIVE_INFINITY);
  const minutes = Number(values.minutes ?? (values.count === undefined ? 1 : Number.POSITIVE_INFINITY));
  return many({ minutes, count, from }, values.first === true, say);
}

async function one(scenario: Scenario, trace: boolean, say: Say): Promise<number> {
  const { wrongs, steps, crashes, posts, trace: lines } = await play(scenario);
  if (trace) say(`${JSON.stringify(scenario, null, 1)}\n${lines}`);
  for (const wrong of wrongs) say(wrong);
  const sum = `${steps} steps, ${crashes} crashes, ${posts} posts, ${wrongs.length} violations`;
  say(`seed ${scenario.seed}: ${sum}`);
  return wrongs.length > 0 ? 1 : 0;
}

async function many({ minutes, count, from }: Options, onlyFirst: boolean, say: Say): Promise<number> {
  const began = performance.now();
  const sum = { schedules: 0, steps: 0, crashes: 0, violations: 0 };
  for (let seed = from; sum.schedules < count && performance.now() - began < minutes * 60_000; seed++) {
    const { wrongs, steps, crashes } = await play(scenarioOf(seed));
    sum.schedules += 1;
    sum.steps += steps;
    sum.crashes += crashes;
    if (wrongs.length === 0) continue;
    sum.violations += 1;
    for (const wrong of wrongs) say(`seed ${seed}: ${wrong}`);
    say(`replay: npm run simulate -- --seed ${seed}${await withoutMost(seed)} --trace`);
    if (onlyFirst) break;
  }
  const hours = (performance.now() - began) / 3_600_000;
  const { schedules, steps, crashes, violations } = sum;
  const what = `${steps} steps, ${crashes} crashes, ${violations} violations`;
  say(`${schedules} schedules from seed ${from}, ${Math.round(schedules / hours)} an hour: ${what}`);
  return violations > 0 ? 1 : 0;
}

async function withoutMost(seed: number): Promise<string> {
  const left = [...(await shrunk(scenarioOf(seed)))].join(",");
  return left === "" ? "" : ` --without ${left}`;
}

function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}
