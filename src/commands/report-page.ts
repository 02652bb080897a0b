import { closeSync, openSync, writeFileSync } from "node:fs";
import { ConfigError } from "../config/error.ts";
import { whyNotWritten } from "../domain/error-code.ts";
import type { StopCause } from "../domain/events.ts";
import { asWritten, type Wording } from "../domain/wording.ts";
import { runPage } from "../report/page.ts";
import { RunRecorder } from "../report/recorder.ts";
import type { Run } from "../runs/run.ts";
import { whyNotMade } from "./not-made.ts";

/** Writes the page of a run that has ended; returns what to tell about it, null for nothing. */
export type WritePage = (
  figures: ReturnType<Run["tally"]["snapshot"]>,
  exitCode: number,
  cause: StopCause | null,
) => string | null;

/**
 * Listens to a run from now on for the page that `--report` names. Throws ConfigError where that cannot be written.
 */
export function reportPage(
  { events, clock, options: { dryRun }, ledgerPlace }: Run,
  path: string,
  {
    redact,
    wording = asWritten,
  }: { readonly redact: (text: string) => string; readonly wording?: Wording | undefined },
): WritePage {
  if (dryRun) return () => `--report ${path}: nothing was written, since a dry run sends nothing`;
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw new ConfigError([`--report ${path}: ${whyNotMade(error as Error, path)}`]);
  }
  const recorder = new RunRecorder(events, clock);
  return (figures, exitCode, cause) => {
    try {
      const record = recorder.record({ figures, exitCode, cause, ledger: ledgerPlace });
      writeFileSync(path, runPage(record, { redact, wording }));
      return null;
    } catch (error) {
      return `warning: --report ${path} could not be written (${whyNotWritten(error)}); make room, then \`prewarm report ${path}\` makes it of what the ledger remembers`;
    }
  };
}
