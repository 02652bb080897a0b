import { loadConfig, secretsOf } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import { readTogether } from "../config/problems.ts";
import { readRunOptions } from "../config/run-options.ts";
import { SECRETS } from "../config/settings.ts";
import { onAbort } from "../domain/abort.ts";
import { Emitter, type EventName } from "../domain/events.ts";
import { redactor, Secret } from "../domain/secret.ts";
import { LedgerError } from "../ledgers/error.ts";
import type { PrewarmOptions, PrewarmResult, RunListeners } from "./prewarm-options.ts";
import { type GivenInCode, readPrewarmOptions } from "./read-prewarm-options.ts";
import { Run, type RunEnd } from "./run.ts";
import { openStage } from "./stage.ts";
import { UnexpectedError } from "./unexpected-error.ts";

type Redact = (text: string) => string;

/** `prewarm()`: a run as a function. Throws ConfigError, LedgerError and UnexpectedError, without secrets; see index.ts. */
export async function runFromCode(options: PrewarmOptions): Promise<PrewarmResult> {
  const given = readPrewarmOptions(options);
  const thrown: unknown[] = [];
  const events = listenersOf(options.events ?? {}, (error) => thrown.push(error));
  const redact = { now: redactor(secretsIn(given)) };
  const onRedactor = (better: Redact) => {
    redact.now = better;
  };
  const end = await runOn(given, options, events, onRedactor).catch((error: unknown) => {
    throw withoutSecrets(error, redact.now);
  });
  if (thrown.length > 0) throw thrown[0];
  return resultOf(end);
}

function listenersOf(listeners: RunListeners, onError: (error: unknown) => void): Emitter {
  const events = new Emitter(onError);
  const add = <N extends EventName>(name: N) => {
    const listener = listeners[name];
    if (listener) events.on(name, listener);
  };
  for (const name of Object.keys(listeners) as EventName[]) add(name);
  return events;
}

async function runOn(
  given: GivenInCode,
  { sandbox = false, signal }: PrewarmOptions,
  events: Emitter,
  onRedactor: (redact: Redact) => void,
): Promise<RunEnd> {
  const tell = (text: string) => events.emit("notice", { level: "info", text });
  const stage = await openStage({ ...given, sandbox }, tell);
  try {
    const { config, options } = readTogether(
      () => readRunOptions(given.flags),
      () => loadConfig(given.flags, stage.env, stage.folder),
    );
    const redact = redactor(secretsOf(config));
    onRedactor(redact);
    const run = await Run.open({ config, options, redact, sandbox, command: "prewarm()", events });
    return await untilAborted(run, signal).finally(() => run.close());
  } finally {
    await stage.close();
  }
}

/** Runs to the end, or until the signal aborts and what was under way has ended. */
function untilAborted(run: Run, signal: AbortSignal | undefined): Promise<RunEnd> {
  const removeListener = onAbort(signal, () => run.stop.drain({ type: "aborted" }));
  return run.toEnd().finally(removeListener);
}

/** Those that are known before the configuration is read. */
function secretsIn({ env }: GivenInCode): Secret[] {
  return SECRETS.map((name) => new Secret(env[name] ?? ""));
}

function withoutSecrets(error: unknown, redact: Redact): Error {
  if (error instanceof ConfigError)
    return new ConfigError(error.problems.map(redact), error.hint === null ? null : redact(error.hint));
  if (error instanceof LedgerError)
    return new LedgerError(redact(error.message), error.exitCode, { fault: error.fault });
  if (!(error instanceof Error)) return new UnexpectedError(redact(String(error)), undefined);
  return new UnexpectedError(redact(error.message), error.stack && redact(error.stack));
}

function resultOf({ exitCode, cause, figures, plan }: RunEnd): PrewarmResult {
  const { ready, skipped, weak, failed, unknown } = figures.counts;
  return {
    exitCode,
    cause,
    total: figures.total,
    ready,
    skipped,
    weak,
    failed,
    unknown,
    leftFailed: figures.leftFailed,
    leftUnknown: figures.leftUnknown,
    resolved: figures.lostAnswers.resolved,
    successRate: figures.successRate,
    throughputPerMin: figures.perMinute,
    bytes: figures.bytes,
    durationMs: figures.durationMs,
    latencyMs: figures.latency,
    queueMs: figures.queueWait,
    laneMs: figures.laneWait,
    floodWaits: figures.floodWaits,
    retries: figures.retries,
    plan,
  };
}
