import { adviserOf, stepBeside } from "../domain/advice.ts";
import { nextStep } from "../domain/failure.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { LedgerView } from "../ledgers/view.ts";
import type { Check, Finding, Group, Report } from "./check.ts";
import type { CheckContext } from "./context.ts";
import { skipped, unknown } from "./report.ts";

/** Real milliseconds: one check, and all of them together. A probe uploads and gets more. */
const CHECK_MS = 4_500;
const ALL_MS = 8_500;
const PROBING_MS = 30_000;

export interface ExamineOptions {
  readonly checks: readonly Check[];
  /** Only findings of these groups are told; what they need from others is looked at in silence. */
  readonly groups: readonly Group[];
  /** Called with each finding in the order of the list, as soon as all before it are told. */
  readonly tell: (finding: Finding) => void;
  readonly docs: (id: string) => string;
}

interface Done {
  readonly reports: readonly Report[];
  /** What did not hold, so that it was not run. */
  readonly blockedBy: string | null;
}

export interface Examined {
  readonly findings: readonly Finding[];
  /** What to do where nothing is in the way. */
  readonly next: string;
  /** Something was not looked at because of a failure that is not among the findings. */
  readonly blocked: boolean;
}

/** Runs the checks side by side, each with a time limit, and tells their findings in order. Never throws for a check. */
export async function examine(context: CheckContext, options: ExamineOptions): Promise<Examined> {
  const running = startAll(context, options);
  const findings: Finding[] = [];
  const adviser = adviserOf(holderIn(context));
  let blocked = false;
  for (const check of options.checks) {
    const done = await running.get(check.id);
    if (!done || !options.groups.includes(check.group)) continue;
    blocked ||= done.blockedBy !== null;
    for (const report of done.reports) {
      const finding = findingOf(check, report, { docs: options.docs, adviser });
      findings.push(finding);
      options.tell(finding);
    }
  }
  return { findings, blocked, next: stepBeside("prewarm run", adviser) };
}

function startAll(context: CheckContext, { checks, groups }: ExamineOptions): Map<string, Promise<Done>> {
  const deadline = performance.now() + (context.probing ? PROBING_MS : ALL_MS);
  const running = new Map<string, Promise<Done>>();
  const start = (check: Check): Promise<Done> => {
    const before = (check.needs ?? []).map((need) => ({ need, done: running.get(idOf(need)) }));
    return runOne(check, context, before, deadline);
  };
  const wanted = wantedOf(checks, groups);
  for (const check of checks)
    if (wanted.has(check.id) && (check.applies?.(context) ?? true)) running.set(check.id, start(check));
  return running;
}

/** What is asked for, and what that needs; checks stand behind those they need. */
function wantedOf(checks: readonly Check[], groups: readonly Group[]): Set<string> {
  const wanted = new Set<string>();
  for (const check of [...checks].reverse()) {
    if (!groups.includes(check.group) && !wanted.has(check.id)) continue;
    for (const need of [check.id, ...(check.needs ?? []).map(idOf)]) wanted.add(need);
  }
  return wanted;
}

function idOf(need: string): string {
  return need.split(":", 1)[0] ?? need;
}

interface Need {
  readonly need: string;
  readonly done: Promise<Done> | undefined;
}

async function runOne(
  check: Check,
  context: CheckContext,
  before: readonly Need[],
  deadline: number,
): Promise<Done> {
  for (const { need, done } of before) {
    const settled = await done;
    const root = settled && obstacleIn(need, settled);
    if (root) return { reports: [skipped(`not looked at while ${root} does not hold`)], blockedBy: root };
  }
  const limit = Math.max(0, Math.min(context.probing ? PROBING_MS : CHECK_MS, deadline - performance.now()));
  return { reports: await within(limit, check, context), blockedBy: null };
}

/** The check at the bottom of it, where a need is not met. */
function obstacleIn(need: string, { reports, blockedBy }: Done): string | null {
  if (blockedBy !== null) return blockedBy;
  const subject = need.slice(idOf(need).length + 1);
  const bad = reports.some(
    (report) =>
      (report.status === "fail" || report.status === "unknown") &&
      (subject === "" || report.subject === subject),
  );
  return bad ? idOf(need) : null;
}

async function within(ms: number, check: Check, context: CheckContext): Promise<readonly Report[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<readonly Report[]>((resolve) => {
    timer = setTimeout(
      () => resolve([unknown(`no result within ${(ms / 1000).toFixed(1)} s`, "run prewarm check-env again")]),
      ms,
    );
  });
  const work = Promise.resolve()
    .then(() => check.run(context))
    .catch((error: unknown) => [broken(error)]);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function broken(error: unknown): Report {
  const text = error instanceof Error ? error.message : String(error);
  return unknown(`the check itself broke: ${text}`, "report it, with this line");
}

/** Who writes to the ledger, where that can be read. */
function holderIn(context: CheckContext): LedgerView["holder"] {
  try {
    return context.ledger()?.holder ?? null;
  } catch (error) {
    if (error instanceof LedgerError) return null;
    throw error;
  }
}

/** What to do, so that whoever holds the ledger does not refuse it. */
function nextOf({ next, reason }: Report, adviser: FindingParts["adviser"]): string | null {
  if (next === undefined) return null;
  return reason !== undefined && next === nextStep(reason)
    ? nextStep(reason, adviser)
    : stepBeside(next, adviser);
}

interface FindingParts {
  readonly docs: (id: string) => string;
  readonly adviser: ReturnType<typeof adviserOf>;
}

function findingOf(check: Check, report: Report, { docs, adviser }: FindingParts): Finding {
  return {
    id: check.id,
    group: check.group,
    title: check.title,
    subject: report.subject ?? null,
    status: report.status,
    found: report.found,
    why: check.why,
    next: nextOf(report, adviser),
    reason: report.reason ?? null,
    docs: docs(check.id),
    details: report.details ?? [],
  };
}
