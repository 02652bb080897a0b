import type { ChalkInstance } from "chalk";
import type { Wording } from "../domain/wording.ts";
import { duration, fold } from "../reporters/format.ts";
import type { Check, CheckStatus, Finding, Group } from "./check.ts";

export interface FindingsOptions {
  readonly write: (text: string) => void;
  readonly colour: ChalkInstance;
  /** For the step of a check-env that finds nothing wrong; findings are worded already. */
  readonly wording: Wording;
  /** Where a page of the documentation, such as `docs/check-env.md#<anchor>`, can be opened. */
  readonly link: (docs: string) => string;
}

export interface FindingsEnd {
  readonly exitCode: number;
  readonly ms: number;
  /** All groups were looked at. */
  readonly everything: boolean;
  /** What to do where nothing is in the way. */
  readonly next: string;
}

const WIDTH = 80;
/** Words and not signs alone: a log has no colour, and not every terminal has the signs. */
const WORDS: Record<CheckStatus, string> = {
  pass: "ok  ",
  warn: "WARN",
  fail: "FAIL",
  skipped: "skip",
  unknown: "????",
};
const HEADINGS: Record<Group, string> = {
  runtime: "Runtime",
  configuration: "Configuration",
  r2: "R2",
  telegram: "Telegram",
  ledger: "Ledger",
  pace: "Pace",
  worker: "Symptoms",
};
/** `  WARN  ` */
const INDENT = " ".repeat(8);
const LABEL = 6;

/** Findings as people read them: each as it comes, below the name of its group, at most 80 columns wide. */
export class FindingsScreen {
  readonly #options: FindingsOptions;
  #group: Group | null = null;

  constructor(options: FindingsOptions) {
    this.#options = options;
  }

  finding(finding: Finding): void {
    const { write, colour, link } = this.#options;
    if (finding.group !== this.#group) {
      write(`${this.#group === null ? "" : "\n"}${colour.bold(HEADINGS[finding.group])}\n`);
      this.#group = finding.group;
    }
    write(`${linesOf({ ...finding, docs: link(finding.docs) }, colour).join("\n")}\n`);
  }

  /** Counts, what failed, and what to do first. */
  end(findings: readonly Finding[], { exitCode, ms, everything, next }: FindingsEnd): void {
    const { write, colour, wording } = this.#options;
    const summary = summaryOf(findings);
    const counts = [
      `${summary.pass} ok`,
      ...(["warn", "fail", "skipped", "unknown"] as const)
        .filter((status) => summary[status] > 0)
        .map((status) => styleOf(status, colour)(nameOf(status, summary[status]))),
    ];
    write(`\n${counts.join(", ")}; ${duration(ms)}\n`);
    const failed = new Set(findings.filter(({ status }) => status === "fail").map(({ id }) => id));
    if (failed.size > 0) write(`${wrapAt(`Failed: ${[...failed].join(", ")}`, WIDTH).join("\n")}\n`);
    const first = firstStep(findings);
    if (first) write(stepLines("Next: ", first, colour.bold).join("\n").concat("\n"));
    else if (exitCode === 0 && everything) write(`Next: ${colour.bold(wording(next))}\n`);
  }
}

function nameOf(status: Exclude<CheckStatus, "pass">, count: number): string {
  const warnings = count === 1 ? "warning" : "warnings";
  const name = { warn: warnings, fail: "failed", skipped: "skipped", unknown: "could not be checked" }[
    status
  ];
  return `${count} ${name}`;
}

export interface FindingsSummary extends Readonly<Record<CheckStatus, number>> {}

/** How many there are of each status. */
export function summaryOf(findings: readonly Finding[]): FindingsSummary {
  const count = (status: CheckStatus) => findings.filter((finding) => finding.status === status).length;
  return {
    pass: count("pass"),
    warn: count("warn"),
    fail: count("fail"),
    skipped: count("skipped"),
    unknown: count("unknown"),
  };
}

/** The step of the first failure, else of the first that could not be checked. */
function firstStep(findings: readonly Finding[]): string | null {
  const first =
    findings.find(({ status }) => status === "fail") ?? findings.find(({ status }) => status === "unknown");
  return first?.next ?? null;
}

function linesOf(finding: Finding, colour: ChalkInstance): string[] {
  const { title, subject, status, found, why, next, docs, details } = finding;
  const paint = styleOf(status, colour);
  const about = subject === null || found.includes(subject) ? title : `${title}, ${subject}`;
  const [head = "", ...rest] = wrapAt(`${about}: ${found}`, WIDTH - INDENT.length);
  const lines = [`  ${paint(WORDS[status])}  ${head}`, ...rest.map((line) => `${INDENT}${line}`)];
  for (const detail of details)
    lines.push(...wrapAt(detail, WIDTH - 10).map((line, i) => `${INDENT}${i === 0 ? "" : "  "}${line}`));
  const bad = status === "fail" || status === "warn" || status === "unknown";
  if (bad) lines.push(...labelled("why", wrapAt(why, WIDTH - INDENT.length - LABEL), colour.dim));
  if (next !== null)
    lines.push(
      ...stepLines(`${INDENT}${(bad ? "next" : "more").padEnd(LABEL)}`, next, bad ? colour.bold : colour),
    );
  if (bad) lines.push(...labelled("docs", [docs], colour.dim));
  return lines;
}

function styleOf(status: CheckStatus, colour: ChalkInstance): (text: string) => string {
  return {
    pass: colour.green,
    warn: colour.yellow,
    fail: colour.red,
    skipped: colour.dim,
    unknown: colour.magenta,
  }[status];
}

function labelled(label: string, lines: readonly string[], paint: (text: string) => string): string[] {
  return lines.map((line, i) => paint(`${INDENT}${(i === 0 ? label : "").padEnd(LABEL)}${line}`));
}

/** A command stays in one piece, so that it can be copied; a long one gets a line of its own. */
function stepLines(head: string, step: string, paint: (text: string) => string): string[] {
  const room = WIDTH - head.length;
  if (step.length <= room) return [`${head}${paint(step)}`];
  const [, path, command] = /^(.*\bthen: )(.*)$/.exec(step) ?? [];
  const indent = " ".repeat(head.length);
  if (path === undefined || command === undefined) {
    if (isCommand(step)) return [`${head}${paint(step)}`];
    return wrapAt(step, room).map((line, i) => `${i === 0 ? head : indent}${paint(line)}`);
  }
  return [
    ...wrapAt(path.trim(), room).map((line, i) => `${i === 0 ? head : indent}${paint(line)}`),
    `${indent}${paint(command)}`,
  ];
}

/** First words of commands, as every shell has them; what follows the command that was typed is one too. */
const COMMANDS =
  /^(export|sudo|cd|mkdir|prewarm|npx|pnpm|yarn|bunx|node|curl|curl\.exe|sed|iconv|tr|unset|npm|openssl|\$env:\w+|set|Remove-Item|Get-PSDrive|attrib|icacls|ipconfig|winget|w32tm) /;

function isCommand(step: string): boolean {
  return COMMANDS.test(step);
}

function wrapAt(text: string, width: number): string[] {
  return fold(text, width, "");
}

/** The checks that there are, a line each. */
export function checkList(checks: readonly Pick<Check, "id" | "group" | "title">[]): string {
  const widest = Math.max(...checks.map(({ id }) => id.length));
  return checks
    .map(({ id, group, title }) => `${group.padEnd(14)} ${id.padEnd(widest)}  ${title}\n`)
    .join("");
}
