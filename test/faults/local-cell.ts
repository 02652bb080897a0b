import type { Ended } from "../helpers/child.ts";
import type { World } from "../helpers/world.ts";

/** Something that goes wrong on this machine, and what comes of it. */
interface LocalCell {
  readonly place:
    | "the ledger, as it is opened"
    | "the ledger, in use"
    | "PostgreSQL"
    | "files"
    | "the process";
  readonly what: string;
  readonly says: string;
  readonly code: number;
  readonly ledger: string;
}

/** One that is played in a world with one object `a.txt`. */
export interface PlayedCell extends LocalCell {
  readonly play: (world: World) => Promise<Ended>;
  /** What is in the ledger, where that is not told by its rows and the messages in the chat. */
  readonly left?: (world: World) => string;
  /** Takes a process of its own, or seconds. */
  readonly isSlow?: true;
  /** Whether it can be played here. */
  readonly needs?: "unshare" | "bash";
}

/** One that another test shows. */
export interface ShownCell extends LocalCell {
  readonly by: { readonly file: string; readonly title: string };
}

/** Runs the command by a line of bash, in which it is `"$@"`. */
export const inBash = (line: string) => (command: readonly string[]) => [
  "bash",
  "-c",
  line,
  "bash",
  ...command,
];

/** The same as root of a namespace of its own, where it may mount. */
export const mounting = (line: string) => (command: readonly string[]) => [
  ...["unshare", "-rm", "/bin/sh", "-c", line, "sh"],
  ...command,
];
