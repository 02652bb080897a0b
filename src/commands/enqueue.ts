import { loadConfig, secretsOf } from "../config/config.ts";
import { readTogether } from "../config/problems.ts";
import { readRunOptions } from "../config/run-options.ts";
import type { StopCause } from "../domain/events.ts";
import { redactor } from "../domain/secret.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { count } from "../reporters/format.ts";
import { stopLine } from "../reporters/run/messages.ts";
import { Enqueue, type Enqueued, type EnqueueEnd } from "../runs/enqueue.ts";
import { stopOnSignals } from "../runs/signals.ts";
import type { EnqueueFlags } from "./enqueue-flags.ts";
import type { RunContext } from "./run.ts";

/** Milliseconds between two lines of progress. */
const PROGRESS_MS = 5_000;

/** `prewarm enqueue`: answers the exit code. Throws ConfigError and LedgerError. */
export async function enqueue(flags: EnqueueFlags, { onRedactor, place }: RunContext): Promise<number> {
  const { env, folder, stdout, stderr, wording = asWritten } = place;
  const { config, options } = readTogether(
    () => readRunOptions(flags),
    () => loadConfig(flags, env, folder),
    null,
  );
  const redact = redactor(secretsOf(config));
  onRedactor(redact);
  const open = await Enqueue.open({ config, options, redact, sandbox: false });
  const say = (text: string) => stderr.write(`${wording(redact(text))}\n`);
  open.events.on("notice", ({ level, text }) => {
    if (level === "warn" || !flags.quiet) say(text);
  });
  open.events.on("stopping", (cause) => say(stopText(cause)));
  const unwatch = stopOnSignals(open.stop);
  const progress = setInterval(() => flags.quiet || say(progressText(open.counts)), PROGRESS_MS);
  try {
    const end = await open.toEnd();
    if (flags.json) stdout.write(`${shownJson(documentOf(end))}\n`);
    else if (!flags.quiet) stdout.write(`${endText(end, open.place)}\n`);
    return end.exitCode;
  } finally {
    clearInterval(progress);
    unwatch();
    await open.close();
  }
}

function stopText(cause: StopCause): string {
  return cause.type === "signal"
    ? `${cause.signal}: nothing more is read, what was read is written down${cause.signal === "SIGHUP" ? "" : "; once more waits for no database"}`
    : stopLine(cause);
}

function progressText({ read, written, waited }: Enqueued): string {
  return `${count(read)} read: ${count(written)} written, ${count(waited)} waited already`;
}

function endText({ counts, cause }: EnqueueEnd, place: string): string {
  const { read, written, waited, skipped, left, failed } = counts;
  const parts = [
    `${count(written)} written`,
    `${count(waited)} waited already or are under way`,
    `${count(skipped)} are ready or no work`,
    ...(left > 0
      ? [`${count(left)} failed or are unknown and stay so (\`prewarm enqueue --only failed\`)`]
      : []),
    ...(failed > 0 ? [`${count(failed)} cannot be warmed`] : []),
  ];
  const end = cause === null ? "" : "; stopped before the end: run it again to go on";
  return `${place}: ${count(read)} read, ${parts.join(", ")}${end}`;
}

function documentOf({ counts, exitCode, cause }: EnqueueEnd) {
  const { read, written, waited, skipped, left, failed } = counts;
  return {
    type: "enqueued",
    read,
    written,
    waited,
    skipped,
    left,
    failed,
    complete: cause === null,
    exit_code: exitCode,
  };
}
