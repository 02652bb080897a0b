import type { Selection } from "./choices.ts";

/** The routes of a worker's admin server are below this path, as they were in the bot platform that had them first. */
export const ADMIN_PATH = "/api/admin/media/prewarm";

/** Where the admin server of a worker is reached. */
export interface WorkerDoor {
  /** `http://127.0.0.1:3000`, without a slash at its end. */
  readonly url: string;
  /** It asks for ADMIN_API_TOKEN. */
  readonly guarded: boolean;
}

/**
 * Whose words advice is in. `run`: a run, or nobody who holds the ledger. Else a worker holds it, which tries again by itself
 * what can pass, and refuses every other command that writes: `page` has a button for it, `api` is an answer of its admin
 * API, and whoever else speaks of the worker names its door.
 */
export type Adviser = "run" | "page" | "api" | WorkerDoor;

/**
 * A line that asks a worker to try rows in this state again. It holds double quotes only, so that every shell reads it alike
 * and a log shows it as it is; and the name of the variable with the token (as a POSIX shell has it), never the token.
 */
export function retryLine({ url, guarded }: WorkerDoor, state: Selection): string {
  const header = guarded ? '"authorization: Bearer $ADMIN_API_TOKEN"' : "content-type:application/json";
  return `curl -X POST -H ${header} "${url}${ADMIN_PATH}/retry?status=${state}"`;
}

/** What tries rows in this state again while a worker holds the ledger, as the subject of a sentence. */
export function retryWords(adviser: Exclude<Adviser, "run">, state: Selection): string {
  if (adviser === "page") return "“Try again”";
  if (adviser === "api") return `\`POST ${ADMIN_PATH}/retry\``;
  return `the button on ${adviser.url}/ or \`${retryLine(adviser, state)}\``;
}
