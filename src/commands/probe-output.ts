import { writeFileSync } from "node:fs";
import { ConfigError } from "../config/error.ts";
import { shownJson } from "../domain/shown-json.ts";
import { asWritten } from "../domain/wording.ts";
import { colourFor } from "../reporters/colour.ts";
import { fold } from "../reporters/format.ts";
import { ProbeScreen } from "../reporters/probe/screen.ts";
import { stopLine } from "../reporters/run/messages.ts";
import type { ProbeRun } from "../runs/probe.ts";
import { commandsAfterProbe } from "./again.ts";
import { whyNotMade } from "./not-made.ts";
import type { CommandPlace } from "./place.ts";
import type { ProbeFlags } from "./probe-flags.ts";

/** Writes one line of `--json`. */
export function writeLine({ stdout }: CommandPlace, value: object): void {
  stdout.write(`${shownJson(value)}\n`);
}

/** Says what `--yes` would do; returns the exit code of a probe without it. */
export function nothingSent(
  { stderr, wording = asWritten }: CommandPlace,
  {
    most,
    what,
    command,
  }: {
    readonly most: number;
    readonly what: string;
    readonly command: string;
  },
): 2 {
  const text = `Nothing was sent. With --yes at most ${most} small messages are posted ${what} (--max-messages), silently, and deleted again; every wait that Telegram asks for is obeyed.`;
  stderr.write(`\n${fold(text, 80, "").join("\n")}\nNext: ${wording(command)}\n`);
  return 2;
}

/** The file is made before anything is sent, so that nothing is found out in vain. Throws ConfigError where it cannot be. */
export function reportWriter(path: string | null): ((report: object) => void) | null {
  if (path === null) return null;
  try {
    writeFileSync(path, "");
  } catch (error) {
    throw new ConfigError([`--report ${path}: ${whyNotMade(error as Error, path)}`]);
  }
  return (report) => writeFileSync(path, `${shownJson(report, 2)}\n`);
}

/** The screen of a probe, which hears what the run says beside its experiments. */
export function openScreen(
  run: ProbeRun,
  {
    flags,
    place: { stderr, env, wording },
    redact,
  }: {
    readonly flags: ProbeFlags;
    readonly place: CommandPlace;
    readonly redact: (text: string) => string;
  },
): ProbeScreen {
  const screen = new ProbeScreen({
    stream: stderr,
    colour: colourFor({ stream: stderr, env, noColor: flags.color === false }),
    live: stderr.isTTY === true && env.TERM !== "dumb" && !env.CI && flags.quiet !== true,
    quiet: flags.quiet === true,
    scale: run.clock.scale,
    redact,
    wording,
    next: commandsAfterProbe(flags),
  });
  run.events.on("notice", ({ level, text }) => screen.notice(level === "warn" ? "warn" : "info", text));
  const cut = "stopping: what was posted is deleted first; once more leaves it to the next probe";
  run.events.on("stopping", (cause) =>
    screen.notice("warn", cause.type === "signal" ? cut : stopLine(cause)),
  );
  return screen;
}
