import { join } from "node:path";
import { connect } from "../compose/connect.ts";
import { type Config, loadConfig, secretsOf } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { Flags } from "../config/layers.ts";
import { oneOf, wholeNumber } from "../config/parse.ts";
import { Problems } from "../config/problems.ts";
import type { TransferMode } from "../domain/choices.ts";
import { redactor } from "../domain/secret.ts";
import { openScratchFolder } from "../ledgers/scratch-folder.ts";
import { count, size } from "../reporters/format.ts";
import type { ListedObject } from "../storage/port.ts";
import { Warmer } from "./contenders/warmer.ts";
import { WORK_METRICS, type WorkLog, workPlots } from "./contenders/work-log.ts";
import { resultOf, type Spec } from "./harness/spec.ts";
import type { Doubt, ScenarioContext, ScenarioResult } from "./types.ts";

export interface AgainstContext extends ScenarioContext {
  /** Told, in lines, what will be sent before it is. */
  say(text: string): void;
  /** Told what takes the secrets out of a final error. */
  readonly onRedactor?: (redact: (text: string) => string) => void;
}

interface Wish {
  readonly objects: number;
  readonly prefix: string;
  readonly transfer: TransferMode;
}

/** The bucket cannot be listed with what is configured: exit code 4. */
class BucketError extends Error {
  readonly exitCode = 4;
}

/**
 * `prewarm bench --against real`: warms the first objects of the configured bucket into the configured chats, by a ledger
 * of its own that is thrown away, and measures it as `strategy` does. Flags: those of the configuration, `yes`, `objects`
 * (20), `prefix`, `transfer`. Throws ConfigError (exit 2) unless everything is configured, and, with all that would be
 * sent as its hint, unless `yes` is given; until then the bucket's listing is all that is read.
 */
export async function against(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  folder: string | null,
  context: AgainstContext,
): Promise<ScenarioResult> {
  const started = performance.now();
  const config = loadConfig(flags, env, folder);
  context.onRedactor?.(redactor(secretsOf(config)));
  const wish = wishOf(flags);
  const text = intention(config, wish, await firstObjects(config, wish));
  if (flags.yes !== true)
    throw new ConfigError(["--against real sends real messages: add --yes to confirm"], text);
  context.say(text);
  const log = await measure(config, wish, context);
  return resultOf(specOf(config, log), [{ prewarm: log.figures(config.concurrency) }], {
    rounds: 1,
    seconds: (performance.now() - started) / 1_000,
    incomplete: context.signal.aborted ? "stopped before its end" : null,
    plots: workPlots({ prewarm: log }),
  });
}

const MOST_OBJECTS = 1_000;

function wishOf(flags: Flags): Wish {
  const problems = new Problems();
  const read = <T>(name: string, parse: (text: string) => T, otherwise: T): T => {
    const text = flags[name];
    return typeof text === "string"
      ? problems.parse(`--${name} "${text}":`, () => parse(text), otherwise)
      : otherwise;
  };
  const wish = {
    objects: read("objects", wholeNumber(1, MOST_OBJECTS), 20),
    prefix: read("prefix", String, ""),
    transfer: read("transfer", oneOf<Wish["transfer"]>("auto", "url", "upload"), "auto"),
  };
  problems.throwIfAny();
  return wish;
}

async function firstObjects(config: Config, { objects, prefix }: Wish): Promise<ListedObject[]> {
  const { storage, close } = connect(config, redactor(secretsOf(config)));
  const found: ListedObject[] = [];
  try {
    for await (const page of storage.list(prefix)) {
      if (!page.ok) throw new BucketError(page.failure.message);
      found.push(...page.value);
      if (found.length >= objects) break;
    }
  } finally {
    await close();
  }
  if (found.length > 0) return found.slice(0, objects);
  throw new ConfigError([`bucket ${config.bucket} has no object below "${prefix}": choose another --prefix`]);
}

/** What will be sent, to be read before it is. */
function intention(config: Config, { transfer }: Wish, objects: readonly ListedObject[]): string {
  const bytes = objects.reduce((sum, object) => sum + (object.bytes ?? 0), 0);
  const lanes = config.bots.map(({ slug, chats }) => `${slug} -> ${chats.join(", ")}`);
  const { pace } = config;
  const times = config.bots.length === 1 ? "" : `, each by ${config.bots.length} bots`;
  return [
    "prewarm bench --against real will send:",
    `  objects  the first ${count(objects.length)} of bucket ${config.bucket} on ${new URL(config.endpoint).host}${times}: ${objects[0]?.key} ... ${objects.at(-1)?.key}`,
    `  bytes    ${size(bytes)}${times}, transfer ${transfer}; what fails for now is tried again`,
    `  chats    ${lanes.join("; ")} on ${new URL(config.apiRoot).host}, silently`,
    `  pace     ${pace.type === "fixed" ? `${pace.perMinute}/min a chat` : pace.type}, concurrency ${config.concurrency}`,
    "  ledger   one of its own in a temporary folder; yours is neither read nor written",
    "  removes  nothing: the messages stay in the chats, objects and ids stay as they are",
  ].join("\n");
}

/** Throws what `prewarm run` would. The ledger is gone afterwards, also where this process exits in the middle. */
async function measure(config: Config, wish: Wish, { signal, progress }: AgainstContext): Promise<WorkLog> {
  const folder = await openScratchFolder("bench");
  process.once("exit", folder.removeNow);
  const { prefix, transfer } = wish;
  const limit = wish.objects * config.bots.length;
  try {
    const warmer = await Warmer.open({ ...config, ledger: join(folder.path, "bench.db") });
    const ended = (done: number) => progress(done, limit, "against real");
    return await warmer.warm({ prefix, transfer, signal, limit, ended }).finally(() => warmer.close());
  } finally {
    process.off("exit", folder.removeNow);
    await folder.remove();
  }
}

/** What of `strategy` there is without anything to compare with. */
function specOf({ timeScale }: Config, { failed, why }: WorkLog): Spec {
  const text = `${failed} items failed: ${why.join("; ")}`;
  const doubt: Doubt = { about: "strategy", text, next: "`prewarm check-env` finds out what is wrong" };
  return {
    name: "strategy",
    what: "prewarm against the configured bucket and chats, limits of Telegram's included",
    simulated: timeScale === 1 ? null : `the clock runs ${timeScale} times faster than real time`,
    variants: { prewarm: "prewarm, against real" },
    metrics: WORK_METRICS,
    ratios: [],
    targets: [],
    doubts: () => (failed === 0 ? [] : [doubt]),
  };
}
