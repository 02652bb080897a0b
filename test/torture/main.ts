import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { type OwnPostgres, startOwnPostgres } from "../helpers/own-postgres.ts";
import { tortureFleet } from "./fleet/torture-fleet.ts";
import type { Tools } from "./life.ts";
import { type LedgerKind, linesOf, planOf, type RoundPlan, type Wish } from "./plan.ts";
import { playRound } from "./round.ts";
import { Totals } from "./totals.ts";

const HELP = `usage: npm run torture -- [--minutes N | --count N] [--seed S] [--ledger sqlite|postgres|both] [--pack | --no-pack] [--verbose]
       npm run torture -- --fleet WORKERS [--minutes N] [--seed S] [--pack | --no-pack] [--verbose]
Real processes behind a proxy that breaks what passes. Without anything: random seeds for a minute, each with a ledger and packs as it
draws them; --seed S plays that one alone, with --minutes or --count those from it on. --fleet has so many
workers share one PostgreSQL for so long, an hour unless told, and is told of at the end. Ends 0 when all went well, 1 when something did
not, 2 when it cannot be played here.`;
/** Seeds are whole numbers below this. */
const SEEDS = 2 ** 31;

/** How it speaks, what it runs, and what ends it. */
export interface Ways {
  readonly tools: Tools;
  readonly say: (line: string) => void;
  readonly stop?: AbortSignal;
}

/** What `npm run torture` does; returns its exit code. */
export async function main(args: readonly string[], ways: Ways): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    minutes: text,
    count: text,
    seed: text,
    ledger: text,
    fleet: text,
    pack: flag,
    verbose: flag,
    help: flag,
  };
  const { values } = parseArgs({ args: [...args], options, allowNegative: true });
  if (values.help) ways.say(HELP);
  if (values.help) return 0;
  const first = values.seed === undefined ? randomInt(SEEDS) : Number(values.seed);
  if (values.fleet !== undefined) {
    const { pack = null, verbose: isVerbose = false, minutes = 60 } = values;
    const wish = { seed: first, workers: Number(values.fleet), minutes: Number(minutes), pack, isVerbose };
    return tortureFleet(wish, ways);
  }
  const ledger = values.ledger ?? "both";
  if (!["sqlite", "postgres", "both"].includes(ledger))
    throw new RangeError(`--ledger ${ledger}: sqlite, postgres or both`);
  const wish = { ledger: ledger === "both" ? null : (ledger as LedgerKind), pack: values.pack ?? null };
  const isOne = values.seed !== undefined && values.minutes === undefined && values.count === undefined;
  const until =
    values.count === undefined && !isOne ? Date.now() + Number(values.minutes ?? 1) * 60_000 : null;
  const series = new Series(ways, wish, values.verbose === true || isOne);
  return series.play(first, isOne ? 1 : Number(values.count ?? Number.POSITIVE_INFINITY), until);
}

/** Rounds one after another, on one PostgreSQL server that is started for the first that needs it. */
class Series {
  readonly #ways: Ways;
  readonly #wish: Wish;
  readonly #isVerbose: boolean;
  readonly #totals = new Totals();
  #postgres: OwnPostgres | null = null;

  constructor(ways: Ways, wish: Wish, isVerbose: boolean) {
    this.#ways = ways;
    this.#wish = wish;
    this.#isVerbose = isVerbose;
  }

  async play(first: number, count: number, until: number | null): Promise<number> {
    const { say, stop } = this.#ways;
    say(`seeds from ${first}`);
    try {
      for (let nth = 0; nth < count && !stop?.aborted; nth++) {
        if (until !== null && Date.now() >= until) break;
        // Ctrl-C ends the processes and the database of a round as well, in whatever order.
        await this.#round(planOf((first + nth) % SEEDS, this.#wish)).catch((error: unknown) => {
          if (!stop?.aborted) throw error;
        });
      }
    } finally {
      for (const line of this.#totals.lines()) say(line);
      await this.#postgres?.dispose();
    }
    return this.#totals.violations > 0 ? 1 : 0;
  }

  async #round(plan: RoundPlan): Promise<void> {
    const { say, stop, tools } = this.#ways;
    const tell = (line: string) => say(`  ${line}`);
    if (this.#isVerbose) for (const line of linesOf(plan)) tell(line);
    const database = plan.ledger === "postgres" ? await this.#database() : null;
    const sum = await playRound(plan, { tools, database, stop, tell: this.#isVerbose ? tell : undefined });
    this.#totals.add(sum);
    const flags = `--ledger ${plan.ledger} ${plan.pack ? "--pack" : "--no-pack"}`;
    const { struck, processes, items, posts, unknowns, wrongs } = sum;
    say(
      `seed ${plan.seed} (${plan.ledger}${plan.pack ? ", packs" : ""}, ${plan.command}): ${struck.length} faults, ${processes} processes, ${items} items, ${posts} posts, ${unknowns} unknown, ${wrongs.length} violations`,
    );
    if (wrongs.length === 0) return;
    if (!this.#isVerbose) for (const line of linesOf(plan)) tell(line);
    for (const wrong of wrongs) tell(`VIOLATION ${wrong}`);
    say(`replay: npm run torture -- --seed ${plan.seed} ${flags}`);
  }

  async #database(): Promise<string> {
    if (this.#postgres === null) {
      const started = await startOwnPostgres([], true);
      if (typeof started === "string") throw new Error(started);
      this.#postgres = started;
    }
    return this.#postgres.newDatabase();
  }
}
