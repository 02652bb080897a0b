import { LedgerError } from "../ledgers/error.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { Check, Report } from "./check.ts";
import type { CheckContext } from "./context.ts";
import { ceilingOf, isFastEnough } from "./pace.ts";
import { pass, setStep, skipped, warn } from "./report.ts";
import { problemReport } from "./values.ts";

/** Everything without which a run does not begin. */
const START_NEEDS = [
  "proxy",
  "clock",
  "config-file",
  "config-missing",
  "config-values",
  "time-scale",
  "r2-endpoint",
  "r2-reach",
  "r2-access",
  "telegram-reach",
  "ledger-file",
  "ledger-owner",
  "worker-values",
  "worker-port",
];

const LAST_PORT = 65_535;

const start: Check = {
  id: "worker-start",
  group: "worker",
  title: "worker does not start",
  why: "It starts when values, bucket, bot, one chat and ledger are in order.",
  needs: START_NEEDS,
  run: async (context) => {
    const holder = lookOf(context)?.holder;
    if (holder?.admin)
      return [pass(`it runs (pid ${holder.pid} on ${holder.host}); a second one is refused`)];
    if (holder) return [skipped(`not while \`${holder.command}\` holds the ledger (see ledger-holder)`)];
    const lanes = await context.lanes();
    return [
      lanes.some(({ result }) => result.ok)
        ? pass("it would: nothing above stands in the way")
        : skipped("it would not: no warmup chat is open (see telegram)"),
    ];
  },
};

const concurrency: Check = {
  id: "worker-concurrency",
  group: "worker",
  title: "concurrency stays 1",
  why: "The value that counts is not always the one that was edited.",
  run: ({ config: { draft, values } }) => {
    const given = values.find(({ name }) => name === "MEDIA_PREWARM_CONCURRENCY")?.given[0];
    const origin = given?.origin ?? "default";
    if (draft.concurrency > 1) return [pass(`it is ${draft.concurrency}, by ${origin}`)];
    return [warn(`it is 1, by ${origin}`, setStep(origin, "MEDIA_PREWARM_CONCURRENCY", "5"))];
  },
};

function lookOf(context: CheckContext): LedgerView | null {
  try {
    return context.ledger();
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
}

interface RecentAttempts {
  readonly all: number;
  readonly good: number;
  readonly floods: number;
  readonly worst: { readonly reason: string; readonly count: number } | null;
}

/** How the last attempts ended; retried ones count for floods only. */
function recentAttempts(look: LedgerView | null): RecentAttempts {
  const recent = look?.recent ?? [];
  const sum = (meets: (row: LedgerView["recent"][number]) => boolean) =>
    recent.filter(meets).reduce((total, { count }) => total + count, 0);
  const bad = recent.filter(
    ({ state, reason }) => (state === "failed" || state === "unknown") && reason !== null,
  );
  const first = bad[0];
  return {
    all: sum(({ state }) => state !== "retry"),
    good: sum(({ state }) => state === "ready"),
    floods: sum(({ reason }) => reason === "flood_wait"),
    worst: first ? { reason: first.reason ?? "", count: first.count } : null,
  };
}

const FLOOD_SHARE = 0.1;

const throughput: Check = {
  id: "worker-throughput",
  group: "worker",
  title: "throughput below 100/min",
  why: "It is bound by the lanes, by what there is to warm, by errors, or by waits that Telegram asks for.",
  needs: ["telegram-reach"],
  run: async (context) => {
    const it = await ceilingOf(context);
    const reached = context.r2 && (await context.reach(context.r2.endpoint));
    const page = reached?.ok ? await context.r2?.firstPage() : undefined;
    const { all, floods } = recentAttempts(lookOf(context));
    if (it.lanes === 0) return [skipped("no warmup chat is open")];
    const reports: Report[] = [];
    if (page?.ok && page.value.length === 0)
      reports.push(skipped("empty queue: the bucket holds nothing (see r2-list)"));
    if (floods > FLOOD_SHARE * (all + floods))
      reports.push(
        warn(
          `rate limit: ${floods} of the last ${all + floods} calls were told to wait`,
          "export PREWARM_PACE=adaptive",
        ),
      );
    if (reports.length > 0) return reports;
    const reach = `at most ${Math.round(it.perMin)}/min`;
    return [
      isFastEnough(it)
        ? pass(`${reach}, more than that`)
        : pass(`${reach}: that is what these chats take (see pace-ceiling)`),
    ];
  },
};

const EXPECTED_SUCCESS = 0.95;
const ENOUGH = 20;

const success: Check = {
  id: "worker-success",
  group: "worker",
  title: "success below 95 %",
  why: "The reasons of what failed stand in the ledger, each with its way out in docs/troubleshooting.md.",
  run: (context) => {
    const { all, good, worst } = recentAttempts(lookOf(context));
    if (all === 0) return [pass("nothing was tried yet")];
    const share = `${Math.floor((good / all) * 1000) / 10} % of the last ${all}`;
    if (good / all >= EXPECTED_SUCCESS || all < ENOUGH) return [pass(share)];
    const most = worst ? `; most often ${worst.reason} (${worst.count})` : "";
    return [warn(`${share}${most}`, "prewarm run --only failed,unknown")];
  },
};

/** Its value, and whether somebody gave it. */
function given({ config }: CheckContext, name: string) {
  const value = config.values.find((each) => each.name === name);
  return { value, isGiven: value?.given.some(({ origin }) => origin !== "default") === true };
}

const values: Check = {
  id: "worker-values",
  group: "worker",
  title: "the worker's own values",
  why: "One that cannot be used ends the worker at its start; a run does not read them.",
  needs: ["dotenv-syntax"],
  run: ({ config }) => {
    const all = config.workerProblems
      .filter(({ name }) => name !== "PORT")
      .flatMap((problem) => problemReport(problem, config));
    return all.length > 0 ? all : [pass("every value can be used")];
  },
};

const port: Check = {
  id: "worker-port",
  group: "worker",
  title: "port of the admin API",
  why: "The worker listens there; a port that is taken ends it.",
  applies: (context) => given(context, "PORT").isGiven || given(context, "ADMIN_API_TOKEN").isGiven,
  run: async (context) => {
    const { value } = given(context, "PORT");
    const { workerProblems } = context.config;
    const problems = workerProblems.filter(({ name }) => name === "PORT");
    if (problems.length > 0) return problems.flatMap((problem) => problemReport(problem, context.config));
    const { port: number } = context.config.worker;
    if (number === 0) return [pass("any port that is free")];
    const free = await context.host.portFree(number);
    if (free === true) return [pass(`${number} is free`)];
    const admin = lookOf(context)?.holder?.admin;
    if (admin && URL.canParse(admin) && new URL(admin).port === String(number))
      return [pass(`${number} is that of the worker that runs`)];
    const next = number === LAST_PORT ? number - 1 : number + 1;
    return [
      warn(
        `${number} is ${free === "reserved" ? "kept by this system" : "taken"}`,
        setStep(value?.given[0]?.origin, "PORT", String(next)),
      ),
    ];
  },
};

export const WORKER: readonly Check[] = [values, port, start, concurrency, throughput, success];
