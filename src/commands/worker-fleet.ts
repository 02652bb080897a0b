import { resolve } from "node:path";
import type { ChalkInstance } from "chalk";
import { flagOf } from "../config/flag-name.ts";
import { wholeNumber } from "../config/parse.ts";
import { Problems, readTogether } from "../config/problems.ts";
import { readWorkerOptions } from "../config/run-options.ts";
import { loadWorkerConfig, type WorkerConfig } from "../config/worker-config.ts";
import { definedOnly } from "../domain/defined-only.ts";
import type { StopSignal } from "../domain/events.ts";
import { colourFor } from "../reporters/colour.ts";
import { Crew, type CrewOptions } from "../runs/sandbox-fleet/crew.ts";
import { openSandboxFleet, type SandboxFleet } from "../runs/sandbox-fleet/open.ts";
import { codeOfSignal, onSignal } from "../runs/signals.ts";
import type { CommandPlace } from "./place.ts";
import { tellerOf } from "./run.ts";
import type { WorkerFlags } from "./worker-flags.ts";

/**
 * `prewarm worker --sandbox --fleet N`: so many workers as processes of their own, until a signal or until one of them ends by itself;
 * returns the exit code. Throws ConfigError.
 */
export async function workerFleet(flags: WorkerFlags, place: CommandPlace): Promise<number> {
  const size = sizeOf(flags);
  const fleet = await openSandboxFleet(size, place.env);
  try {
    return await workTogether(size, fleet, flags, place);
  } finally {
    await fleet.close();
  }
}

type HearsLine = CrewOptions["heard"];
type Tell = CrewOptions["tell"];

/** Files of a configuration, and places that a fleet has of its own. */
const OWN = ["envFile", "config", "ledger"] as const;

function sizeOf(flags: WorkerFlags): number {
  const problems = new Problems();
  const size = problems.parse(`--fleet "${flags.fleet}":`, () => wholeNumber(2, 9)(flags.fleet ?? ""), 2);
  if (flags.sandbox !== true)
    problems.add(
      "--fleet is a try on this machine, with --sandbox; for a fleet at your ledger start `prewarm worker` on each machine",
    );
  for (const name of OWN)
    if (flags[name] !== undefined)
      problems.add(
        `${flagOf(name)} says where real values are, and --sandbox --fleet reads none: leave one of them out`,
      );
  problems.throwIfAny();
  return size;
}

async function workTogether(
  size: number,
  fleet: SandboxFleet,
  flags: WorkerFlags,
  place: CommandPlace,
): Promise<number> {
  // What is wrong with flags is told once, and before a database is made.
  const { config } = readTogether(
    () => readWorkerOptions(flags),
    () => loadWorkerConfig(flags, fleet.env, fleet.folder),
  );
  const { stderr, stdout, env, folder } = place;
  const write = tellerOf(place);
  const tell: Tell = (level, text) => (level === "warn" || flags.quiet !== true) && write(text);
  const colour = colourFor({ stream: stderr, env, noColor: flags.color === false });
  tell("info", openingOf(size, config));
  let crew: Crew | null = null;
  let early: StopSignal | null = null;
  const unwatch = onSignal((signal) => {
    early ??= signal;
    crew?.onSignal(signal);
  });
  try {
    const { url, gone } = await fleet.startLedger();
    if (early !== null) return codeOfSignal(early);
    crew = new Crew({
      size,
      folder: fleet.folder,
      env: { ...basicsOf(env, colour.level), ...fleet.env, PREWARM_LEDGER: url },
      argsOf: (nth) => [...argumentsOf(flags, folder), "--port", String(nth === 1 ? config.port : 0)],
      heard: flags.json === true ? numbered(stdout, stderr) : prefixed(stderr, colour),
      tell,
    });
    void gone.then(() => crew?.lose("PostgreSQL has ended"));
    return await crew.toEnd();
  } finally {
    unwatch();
  }
}

function openingOf(size: number, { host, port }: WorkerConfig): string {
  const page =
    port === 0 ? "" : `; status page of all: http://${host.includes(":") ? `[${host}]` : host}:${port}/`;
  return `sandbox: ${size} workers share the work of ${size} bots, with stand-ins for R2 and Telegram and a PostgreSQL of their own; nothing leaves this machine${page}
Ctrl-C ends all of it. End one (kill -9 and its pid) and see its work go on. PostgreSQL is being made ...`;
}

/** What a process needs of the surroundings of this one: no setting of the user's is among it. */
const BASICS = ["PATH", "HOME", "TMPDIR", "TEMP", "TMP", "SystemRoot", "TZ", "LANG", "LC_ALL"];
/** What begins so is said to tests alone. */
const FOR_TESTS = "PREWARM_TEST_";

function basicsOf(env: NodeJS.ProcessEnv, colours: number): NodeJS.ProcessEnv {
  const isBasic = (name: string) => BASICS.includes(name) || name.startsWith(FOR_TESTS);
  const found = Object.entries(env).filter(([name]) => isBasic(name));
  return { ...definedOnly(Object.fromEntries(found)), FORCE_COLOR: String(colours) };
}

/** Each line behind the name of its worker. */
function prefixed(stderr: CommandPlace["stderr"], colour: ChalkInstance): HearsLine {
  const paints = [colour.cyan, colour.magenta, colour.yellow, colour.green, colour.blue, colour.red];
  return (nth, _, line) => {
    const paint = paints[(nth - 1) % paints.length] ?? colour.cyan;
    stderr.write(`${paint(`worker ${nth} |`)} ${line}\n`);
  };
}

/** Each line of JSON with the number of its worker in it. */
function numbered(stdout: CommandPlace["stdout"], stderr: CommandPlace["stderr"]): HearsLine {
  return (nth, stream, line) => {
    if (stream === "stdout" && line.startsWith("{")) stdout.write(`{"worker":${nth},${line.slice(1)}\n`);
    else stderr.write(`worker ${nth} | ${line}\n`);
  };
}

/** Not handed on: what is this process's own, or is said otherwise. */
const NOT_HANDED_ON = new Set(["sandbox", "fleet", "port", "color"]);

/** These flags for a worker, which runs in another folder. */
function argumentsOf(flags: WorkerFlags, folder: string): string[] {
  const given: Record<string, unknown> = { ...flags };
  if (flags.manifest !== undefined) given.manifest = resolve(folder, flags.manifest);
  return Object.entries(given).flatMap(([name, value]) => {
    if (NOT_HANDED_ON.has(name) || value === undefined) return [];
    if (value === true) return [flagOf(name)];
    if (value === false) return [flagOf(`no-${name}`)];
    return [value].flat().map((each) => `${flagOf(name)}=${each}`);
  });
}
