import { ConfigError, exitCodeOfError } from "../config/error.ts";
import { ERROR_REASONS, type ErrorReason } from "../domain/error-reasons.ts";
import type { Emitter } from "../domain/events.ts";
import { type Failure, nextStep } from "../domain/failure.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { exitCodeOf } from "../runs/exit-code.ts";
import type { CommandPlace } from "./place.ts";

/** An error as a line of `--json`; `reason` and `class` are stable, texts are for people. */
export interface ErrorLine {
  readonly type: "error";
  readonly class: string;
  readonly reason: string;
  /** What and where; of several problems all of them. */
  readonly message: string;
  /** One text a problem. */
  readonly problems: readonly string[];
  /** What to do. */
  readonly next: string;
  /** What the process ends with because of it. */
  readonly exit_code: number;
}

type Told = Omit<ErrorLine, "type">;

function ofReason(
  reason: ErrorReason,
  problems: readonly string[],
  next: string | null,
): Omit<Told, "exit_code"> {
  return {
    class: reason === "unexpected" ? "unexpected" : reason === "ledger_failed" ? "transient" : "config",
    reason,
    message: problems.join("; "),
    problems,
    next: next ?? ERROR_REASONS[reason],
  };
}

/** The step that our texts end with: what follows the first semicolon. */
function stepIn(problems: readonly string[]): string | null {
  return problems.length === 1 ? (/; (.+)$/s.exec(problems[0] ?? "")?.[1] ?? null) : null;
}

function described(error: unknown): Omit<Told, "exit_code"> {
  if (error instanceof ConfigError) {
    const reason = error.isIncomplete ? "config_missing" : "config_invalid";
    return ofReason(reason, error.problems, stepIn(error.problems) ?? error.hint);
  }
  const message = error instanceof Error ? error.message : String(error);
  const name = error instanceof Error ? error.name : "";
  if (name === "CommanderError")
    return ofReason("usage", [message.replace(/^error: /, "").replaceAll("\n", " ")], null);
  if (name === "LedgerError")
    return ofReason(
      exitCodeOfError(error) === 2 ? "ledger_unusable" : "ledger_failed",
      [message],
      stepIn([message]),
    );
  return ofReason("unexpected", [message], null);
}

/** Takes secrets out of a text, and makes it that of the user in front. */
type Say = (text: string) => string;

function worded({ message, problems, next, ...rest }: Told, say: Say): ErrorLine {
  return { type: "error", ...rest, message: say(message), problems: problems.map(say), next: say(next) };
}

/** What ended a command that threw, as a line of `--json`. */
function errorLine(error: unknown, say: Say): ErrorLine {
  const told = described(error);
  return worded({ ...told, exit_code: told.reason === "usage" ? 2 : exitCodeOfError(error) }, say);
}

/** What ended a run before its source was used up, as a line of `--json`. */
export function failureErrorLine(
  { class: cls, reason, message }: Failure,
  exitCode: number,
  say: Say,
): ErrorLine {
  const told = {
    class: cls,
    reason,
    message,
    problems: [message],
    next: nextStep(reason),
    exit_code: exitCode,
  };
  return worded(told, say);
}

/** Writes as a line of JSON why a check or a probe stops before its end, as soon as it does. */
export function tellStops(
  events: Emitter,
  { stdout, wording = asWritten }: Pick<CommandPlace, "stdout" | "wording">,
  redact: Say,
): void {
  events.on("stopping", (cause) => {
    if (!("failure" in cause)) return;
    const exitCode = exitCodeOf({ cause, bad: 0, botsOut: [] });
    const line = failureErrorLine(cause.failure, exitCode, (text) => wording(redact(text)));
    stdout.write(`${shownJson(line)}\n`);
  });
}

/** What was confirmed by nobody, as a line of `--json`; `next` is the command that confirms it. */
export function unconfirmedLine(message: string, next: string, say: Say): ErrorLine {
  return worded({ ...ofReason("needs_yes", [message], next), exit_code: 2 }, say);
}

/** A context whose redactor is also at hand, as soon as there is one: until then nothing secret was read. */
export function rememberRedactor<C extends { readonly onRedactor: (redact: Say) => void }>(context: C) {
  let clean: Say = String;
  const onRedactor = (redact: Say) => {
    clean = redact;
    context.onRedactor(redact);
  };
  return { context: { ...context, onRedactor }, redact: (text: string) => clean(text) };
}

const told = new WeakSet<object>();

/** Writes what ended a command as a line of JSON to stdout, once an error: before the summary, where there is one. */
export function tellError(
  error: unknown,
  { stdout, wording = asWritten }: Pick<CommandPlace, "stdout" | "wording">,
  redact: Say = String,
): void {
  if (typeof error === "object" && error !== null) {
    if (told.has(error)) return;
    told.add(error);
  }
  stdout.write(`${shownJson(errorLine(error, (text) => wording(redact(text))))}\n`);
}
