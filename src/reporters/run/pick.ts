import type { Writable } from "node:stream";
import type { ChalkInstance } from "chalk";
import type { Emitter } from "../../domain/events.ts";
import type { Wording } from "../../domain/wording.ts";
import type { Figures } from "../../figures/snapshot.ts";
import type { Terminal } from "./live.ts";
import { type NdjsonReporter, ndjsonReporter } from "./ndjson.ts";
import { plainReporter } from "./plain.ts";

/** The values of `--progress`. */
type ProgressMode = "auto" | "live" | "plain" | "none";

/** What of the command line and the terminal decides. */
export interface OutputRequest {
  readonly progress: ProgressMode;
  readonly quiet: boolean;
  readonly json: boolean;
  /** Whether stderr is a terminal. */
  readonly isTTY: boolean;
  /** TERM. */
  readonly term: string | undefined;
  /** CI: services that build and test set it, and keep what was written as a file. */
  readonly ci: string | undefined;
}

/** What a run shows. Data goes to stdout, all the rest to stderr. */
export interface OutputPlan {
  /** `messages`: what happens, without progress. */
  readonly screen: "live" | "plain" | "messages";
  /** Only warnings and what went wrong; no final tables either. */
  readonly quiet: boolean;
  readonly json: boolean;
  /** Draws tables with plain characters. */
  readonly plainTables: boolean;
}

/**
 * The live view on a terminal that can move its cursor, plain lines elsewhere. With `--json` plain lines are the default on a
 * terminal too, since whatever reads stdout mostly writes to the same one; so they are where `CI` is set.
 */
export function chooseReporters({ progress, quiet, json, isTTY, term, ci }: OutputRequest): OutputPlan {
  const canMove = isTTY && term !== "dumb";
  const wantsLive = progress === "live" || (progress === "auto" && !json && !isSet(ci));
  const isSilent = quiet || progress === "none";
  const screen = isSilent ? "messages" : canMove && wantsLive ? "live" : "plain";
  return { screen, quiet, json, plainTables: !canMove };
}

/** Whether a variable says yes: `CI=false` and `CI=0` do not. */
function isSet(value = ""): boolean {
  return !["", "0", "false"].includes(value.toLowerCase());
}

export interface Outlets {
  readonly events: Emitter;
  readonly figures: Figures;
  readonly stdout: Writable;
  readonly stderr: Writable & Terminal;
  /** For stderr. */
  readonly colour: ChalkInstance;
  /** How much faster than the wall the engine's clock runs. */
  readonly scale: number;
  readonly wording?: Wording | undefined;
}

export interface Reporters {
  /** Set with `--json`. */
  readonly ndjson: NdjsonReporter | null;
  /** Takes progress off the screen; to be called before anything else is written to stderr. */
  stop(): Promise<void>;
}

/** Sets up what was planned. The live view is loaded only where it is wanted. */
export async function attachReporters(plan: OutputPlan, outlets: Outlets): Promise<Reporters> {
  const { events, figures, stdout, stderr, colour, scale, wording } = outlets;
  const ndjson = plan.json ? ndjsonReporter(events, stdout) : null;
  const options = { stream: stderr, colour, quiet: plan.quiet, scale, wording };
  const screen =
    plan.screen === "live"
      ? (await import("./live.ts")).liveReporter(events, figures, options)
      : plainReporter(events, figures, { ...options, progress: plan.screen === "plain" });
  return { ndjson, stop: async () => screen.stop() };
}
