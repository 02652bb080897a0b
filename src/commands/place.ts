import type { Writable } from "node:stream";
import type { Outlets } from "../reporters/run/pick.ts";
import type { Surroundings } from "../runs/stage.ts";

/** Where a command runs: what it is set by, and where it writes. */
export interface CommandPlace extends Surroundings {
  readonly stdout: Writable;
  readonly stderr: Outlets["stderr"] & { readonly isTTY?: boolean };
}

/** The place that this process is in. */
export function thisProcess(): CommandPlace {
  const { env, stdout, stderr } = process;
  return { env, folder: process.cwd(), stdout, stderr };
}
