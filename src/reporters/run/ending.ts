import { LEAVES_OUT, needsChange, nextStep } from "../../domain/failure.ts";
import { isPostgres } from "../../domain/postgres-url.ts";
import { asWritten, type Wording } from "../../domain/wording.ts";
import type { ReasonCount, Snapshot } from "../../figures/snapshot.ts";
import { cells } from "../cells.ts";
import { count, cut, fold, oneLine } from "../format.ts";

export interface EndingOptions {
  /** What the user types to go on: `prewarm run` with the flags that chose what is sent. */
  readonly command: string;
  /** What the user types to look at the ledger: `prewarm status` with the flags that name it. */
  readonly status: string;
  /** The run was stopped before its source was used up. */
  readonly stopped: boolean;
  /** Where the ids are: a file, or a URL without its password. */
  readonly ledger: string;
  /** Of the screen, in cells. */
  readonly width: number;
}

const READ_ONE =
  "select c.tg_file_id from media_cache c join media_store s on s.sha256 = c.sha256 and s.kind = c.kind";
/** Of what is failed or unknown now, a row each: a later attempt with its key may have put it right, or be about other content. */
const LIST_FAILURES = `select a.r2_key, c.bot_slug, c.kind, c.error_reason, c.last_error from media_cache c
  join prewarm_attempts a using (bot_slug, sha256, kind) where c.status in ('error', 'unknown') and a.state <> 'ready'
  and a.id = (select max(id) from prewarm_attempts where r2_key = a.r2_key and bot_slug = a.bot_slug and kind = a.kind)
  order by a.id desc`;

/** No terminal is of use with fewer cells. */
const NARROWEST = 20;
const SHOWN_KEY = 60;
/** What takes no place on a screen, or looks like a blank and is none. */
const INVISIBLE = /(?! )[\p{Cc}\p{Cf}\p{Z}]/u;

function sentence(text: string, width: number): string[] {
  return fold(text, Math.max(width, NARROWEST) - 1, "  ");
}

/** SQL in lines of about `width` cells: it may be broken at any blank that is not part of a text. */
function sqlLines(sql: string, width: number): string[] {
  const room = Math.max(width, NARROWEST) - 1;
  const words = sql.match(/(?:'[^']*'|[^'\s])+/g) ?? [];
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line === undefined || cells(line) + 1 + cells(word) > room) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** A text in SQL that finds it also where a screen cannot show all of it: `'a'||char(8238)||'gpj'`, in PostgreSQL `chr(8238)`. */
function sqlText(value: string, ledger: string): string {
  const character = isPostgres(ledger) ? "chr" : "char";
  const parts = value.match(/(?! )[\p{Cc}\p{Cf}\p{Z}]|(?: |[^\p{Cc}\p{Cf}\p{Z}])+/gu) ?? [""];
  const written = (part: string) =>
    INVISIBLE.test(part) ? `${character}(${part.codePointAt(0)})` : `'${part.replaceAll("'", "''")}'`;
  return parts.map(written).join("||");
}

/** False for failures that the ledger knows nothing of: their keys cannot be had from it. */
function isInLedger({ class: failureClass, reason }: ReasonCount): boolean {
  return failureClass !== "config" && reason !== "no_lane_left";
}

/**
 * What to do next: the way out of what this run could not do anything against, else the command to go on after a stop, to see
 * to what failed, or to look at what was warmed; null where nothing was done.
 */
export function nextCommand(run: Snapshot, { command, status, stopped }: EndingOptions): string | null {
  const [out] = run.botsOut;
  if (out) return beforeRun(nextStep(out.failure.reason), command);
  const bad = run.reasons.filter((reason) => reason.status !== "weak" && isInLedger(reason));
  const only = (["failed", "unknown"] as const).filter((state) =>
    bad.some((reason) => reason.status === state && !needsChange(reason)),
  );
  if (only.length > 0 && !stopped) return `${command} --only ${only.join(",")}`;
  const [hopeless] = bad.filter(needsChange);
  if (hopeless && !stopped) return `${nextStep(hopeless.reason)}; ${LEAVES_OUT}`;
  const line = run.reasons.find((reason) => reason.status === "failed" && !isInLedger(reason));
  if (line && !stopped) return beforeRun(nextStep(line.reason), command);
  if (stopped || run.counts.failed > 0) return command;
  return run.sample === null ? null : status;
}

/** A step that comes first, and the command that is of use after it. */
function beforeRun(step: string, command: string): string {
  return /\brun again\b/.test(step) ? step : `${step}; then: ${command}`;
}

/** Where the ids are, one of them, and how a bot reads it; null where this run got none. */
export function idsText({ sample }: Snapshot, { ledger, width }: EndingOptions): string | null {
  if (sample === null) return null;
  const { key, bot, kind, fileId } = sample;
  const [keyText, botText] = [sqlText(key, ledger), sqlText(bot, ledger)];
  const where = [`s.r2_key = ${keyText}`, `c.bot_slug = ${botText}`, `c.kind = '${kind}'`];
  return [
    ...sentence(
      `file_ids are in ${ledger}; that of ${cut(oneLine(key), SHOWN_KEY)} for bot ${oneLine(bot)}, as ${kind}:`,
      width,
    ),
    `  ${fileId}`,
    "a bot reads it by this SQL:",
    ...sqlLines(
      `${READ_ONE} where ${where.join(" and ")} and c.status = 'ready' and c.dead_at is null`,
      width,
    ),
  ].join("\n");
}

/** How to see each failure with its reason; null where one example a reason shows all of them. */
export function failuresText({ reasons }: Snapshot, { ledger, width }: EndingOptions): string | null {
  const rows = reasons.filter((reason) => reason.status !== "weak" && isInLedger(reason));
  if (rows.every((reason) => reason.count === 1)) return null;
  return [
    ...sentence(`each of them is in ${ledger}, or in a file by --failed-to; this SQL lists them:`, width),
    ...sqlLines(LIST_FAILURES, width),
  ].join("\n");
}

const EXAMPLE = 120;

/** Why a run that shows nothing else ended with this code, in one line with what to do. */
export function quietLine(
  run: Snapshot,
  {
    exitCode,
    wording = asWritten,
    ...options
  }: EndingOptions & { readonly exitCode: number; readonly wording?: Wording | undefined },
): string {
  const { failed, unknown } = run.counts;
  const bad = run.reasons.filter(({ status }) => status !== "weak");
  const reasons = bad.map(({ reason, count: times }) => (times === 1 ? reason : `${reason} ${count(times)}`));
  const left = run.leftFailed + run.leftUnknown;
  const [first] = bad;
  const parts = [
    `${options.command}: exit code ${exitCode}: ${count(failed)} failed, ${count(unknown)} unknown`,
    reasons.length > 0 ? ` (${reasons.join(", ")})` : "",
    left > 0 ? `, ${count(left)} of them left as earlier runs found them` : "",
    first ? `; e.g. ${cut(oneLine(first.example), EXAMPLE)}` : "",
  ];
  const next =
    bad.length === 1 && first && !needsChange(first)
      ? nextStep(first.reason)
      : (nextCommand(run, options) ?? options.command);
  return wording(`${parts.join("")}. Next: ${next}`);
}
