import type { Failure } from "../domain/failure.ts";
import type { ProbeFound, ProbeVerdict } from "./experiment.ts";

/** Something was found out. */
export function found(says: string, ...all: readonly ProbeFound[]): ProbeVerdict {
  return { type: "found", found: all, says };
}

/** There is nothing to find out here. */
export function moot(says: string): ProbeVerdict {
  return { type: "moot", says };
}

/** An answer that says nothing about the question. */
export function open({ message }: Pick<Failure, "message">): ProbeVerdict {
  return { type: "open", says: `no result: ${message}` };
}
