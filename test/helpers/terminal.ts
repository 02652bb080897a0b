import { existsSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import { vi } from "vitest";
import { BIN, type ChildOptions, type Ended, start } from "./child.ts";

/** `script` (util-linux) gives a program a terminal of its own. */
export const hasTerminal = existsSync("/usr/bin/script") && process.platform === "linux";

/** A program on a terminal. */
export interface OnTerminal {
  /** All that it has shown so far, without colours and movements of the cursor. */
  screen(): string;
  /** Waits until what it shows from now on, or has shown since the last of these calls, holds this. */
  until(text: string): Promise<void>;
  type(keys: string): void;
  /** Takes the terminal away, as closing its window does. */
  hangUp(): void;
  readonly ended: Promise<Ended>;
}

/** Starts `prewarm` on a terminal of so many columns. */
export function onTerminal(args: readonly string[], options: ChildOptions, columns = 100): OnTerminal {
  const command = `stty cols ${columns} rows 50; exec ${[process.execPath, BIN, ...args].join(" ")}`;
  const running = start(["script", "-qefc", command, "/dev/null"], {
    ...options,
    stdin: null,
    env: { TERM: "xterm", ...options.env },
  });
  let seen = 0;
  const screen = () => stripVTControlCharacters(running.shown()).replaceAll("\r", "");
  return {
    screen,
    async until(text) {
      await vi.waitFor(
        () => {
          const at = screen().indexOf(text, seen);
          if (at === -1) throw new Error(`no "${text}" in: ${screen().slice(seen)}`);
          seen = at + text.length;
        },
        { timeout: 60_000, interval: 50 },
      );
    },
    type: (keys) => running.type(keys),
    hangUp: () => running.signal("SIGKILL"),
    ended: running.ended,
  };
}
