import { existsSync, writeFileSync } from "node:fs";
import { ConfigError } from "../config/error.ts";
import { flagOf } from "../config/flag-name.ts";
import { wholeNumber } from "../config/parse.ts";
import { Problems } from "../config/problems.ts";
import { readJsonFile, readTextFile, UnreadableFile } from "../config/text-file.ts";
import type { StopSignal } from "../domain/events.ts";
import { shownJson } from "../domain/shown-json.ts";
import type { Wording } from "../domain/wording.ts";
import { codeOfSignal, onFirstSignal } from "../runs/signals.ts";
import { SAMPLE_MEDIA } from "../sandbox/demo.ts";
import { FaultFileError, type FaultRule, parseFaults } from "../sandbox/fault-rules.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../sandbox/sandbox.ts";
import { wordingHere } from "./place.ts";
import type { SandboxFlags } from "./sandbox-flags.ts";

/** `prewarm sandbox`: starts the stand-ins, prints what a client has to set, and stays until a signal; answers the exit code. */
export async function sandbox(flags: SandboxFlags): Promise<number> {
  const options = readOptions(flags);
  if (flags.write !== undefined) refuseStranger(flags.write);
  const running = (await startAtHome(flags, options)) ?? (await start(options));
  const stopped = new Promise<StopSignal>((resolve) => {
    onFirstSignal(resolve);
  });
  if (flags.write !== undefined) writeEnvironment(flags.write, running.env);
  const wording = wordingHere();
  const { stdout, stderr } = process;
  stdout.write(environmentLines(running.env, stdout.isTTY ? wording : null));
  stderr.write(wording(greeting(running, options, stdout.isTTY === true)));
  const signal = await stopped;
  await running.close();
  return codeOfSignal(signal);
}

/** Where a sandbox is when nobody says where: in the same place each day, so that the ledger of the day before fits it. */
const HOME = { r2Port: 28_081, botApiPort: 28_082 } as const;

/** Null where somebody said which ports, and where those of every day are taken, which is told. */
async function startAtHome(flags: SandboxFlags, options: SandboxOptions): Promise<Sandbox | null> {
  if (flags.port !== undefined || flags.r2Port !== undefined) return null;
  try {
    return await startSandbox({ ...options, ...HOME });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) return null;
    process.stderr.write(
      `port ${HOME.r2Port} or ${HOME.botApiPort} is taken, perhaps by another sandbox: this one takes free ones, and needs a ledger of its own (export PREWARM_LEDGER=sqlite:other.db)\n`,
    );
    return null;
  }
}

async function start(options: SandboxOptions): Promise<Sandbox> {
  try {
    return await startSandbox(options);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "EADDRINUSE")
      throw new ConfigError([
        "the port is taken: choose another with --port or --r2-port, or leave both out",
      ]);
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new ConfigError([`--media ${options.media}: no such folder`]);
    throw error;
  }
}

type NumberFlag = "timeScale" | "chats" | "bots" | "r2Port" | "port" | "seed";

function readOptions(flags: SandboxFlags): SandboxOptions {
  const problems = new Problems();
  const number = (name: NumberFlag, least: number, fallback: number): number => {
    const text = flags[name];
    if (text === undefined) return fallback;
    return problems.parse(`${flagOf(name)} "${text}":`, () => wholeNumber(least)(text), fallback);
  };
  const { faults: path = "none", media = SAMPLE_MEDIA } = flags;
  const faults = path === "none" ? [] : problems.try(() => readFaults(path), []);
  const options: SandboxOptions = {
    profile: flags.profile ?? "documented",
    timeScale: number("timeScale", 1, 1),
    faults,
    media,
    chats: number("chats", 1, 2),
    bots: number("bots", 1, 1),
    r2Port: number("r2Port", 0, 0),
    botApiPort: number("port", 0, 0),
    local: flags.apiLocal === true,
    seed: number("seed", 0, 1),
  };
  problems.throwIfAny();
  return options;
}

function readFaults(path: string): FaultRule[] {
  try {
    return parseFaults(readJsonFile(path));
  } catch (error) {
    if (!(error instanceof FaultFileError || error instanceof UnreadableFile)) throw error;
    throw new ConfigError([`--faults ${path}: ${error.message}`]);
  }
}

/**
 * What a client has to set: for a person lines to paste into their shell, else `NAME=value`, which is right in a `.env`, for
 * `docker --env-file` and as an EnvironmentFile of systemd.
 * @internal
 */
export function environmentLines(env: Sandbox["env"], wording: Wording | null): string {
  const lines = Object.entries(env).map(([name, value]) => {
    const line = `${name}=${value}`;
    return wording ? wording(`export ${line}`) : line;
  });
  return `${lines.join("\n")}\n`;
}

const WRITTEN_BY = "# of `prewarm sandbox --write`, which writes it anew each time\n";

/** Writes over no file but one of an earlier sandbox. */
function refuseStranger(path: string): void {
  if (existsSync(path) && !readTextFile(path).text.startsWith(WRITTEN_BY))
    throw new ConfigError([`--write ${path}: this file is there, and not of a sandbox; name another one`]);
}

function writeEnvironment(path: string, env: Sandbox["env"]): void {
  try {
    writeFileSync(path, `${WRITTEN_BY}${environmentLines(env, null)}`, { mode: 0o600 });
  } catch (error) {
    throw new ConfigError([`--write ${path}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function greeting(
  { env, r2, botApi }: Sandbox,
  { profile, timeScale }: SandboxOptions,
  onScreen: boolean,
): string {
  const speed = timeScale === 1 ? "real time" : `${timeScale} times faster than real time`;
  return [
    `R2 on ${r2.url}, Bot API on ${botApi.url}; profile ${profile}, ${speed}`,
    `posted so far: curl -s ${env.TELEGRAM_API_ROOT}/sandbox/truth`,
    ...otherBots(env),
    onScreen
      ? "paste the lines above into another terminal and run `prewarm run` there; Ctrl-C ends the sandbox\n"
      : "run `prewarm run` where these lines are its `.env`; Ctrl-C ends the sandbox\n",
  ].join("\n");
}

/** How a run takes in the bots after the first, which the environment alone describes. */
function otherBots(env: Sandbox["env"]): string[] {
  const names = Object.keys(env).filter((name) => /^TELEGRAM_BOT_TOKEN_\d+$/.test(name));
  if (names.length === 0) return [];
  const warmup_chats = (env.WARMUP_CHAT_ID ?? "").split(",").map(Number);
  const bots = names.map((token_env) => ({
    slug: `bot${token_env.slice(token_env.lastIndexOf("_") + 1)}`,
    token_env,
    warmup_chats,
  }));
  return [`prewarm.config.json that adds the other bots: ${shownJson({ bots })}`];
}
