import { SELECTIONS, type Selection } from "./choices.ts";

/** The routes of a worker's admin server are below this path, as they were in the bot platform that had them first. */
export const ADMIN_PATH = "/api/admin/media/prewarm";

/** Where the admin server of a worker is reached. */
export interface WorkerDoor {
  /** `http://127.0.0.1:3000`, without a slash at its end. */
  readonly url: string;
  /** It asks for ADMIN_API_TOKEN. */
  readonly guarded: boolean;
  /** In a table, which would cut a line that is to be pasted: its page alone is named. */
  readonly brief?: true;
}

/**
 * Whose words advice is in. `run`: a run, or nobody who holds the ledger. `beside a run`: another run holds it, and has to end
 * first. Else a worker holds it, which tries again by itself what can pass, and no command that writes can do anything until
 * it ends: `page` has a button for it, `api` is an answer of its admin API, and whoever else speaks of the worker names its
 * door.
 */
export type Adviser = "run" | "beside a run" | WorkerAdviser;
/** Whose words advice is in while a worker holds the ledger. */
export type WorkerAdviser = "page" | "api" | WorkerDoor;

/** Who speaks of a ledger that is held so, or by nobody. */
export function adviserOf(
  holder: { readonly admin: string | null; readonly guarded: boolean } | null,
): Exclude<Adviser, "page" | "api"> {
  if (holder === null) return "run";
  return holder.admin === null ? "beside a run" : { url: holder.admin, guarded: holder.guarded };
}

/**
 * A command that writes to a ledger, or a sentence that begins with one, as it can be followed beside whoever holds it: it
 * would be refused.
 */
export function stepBeside(step: string, adviser: Exclude<Adviser, "page" | "api">): string {
  const [, flags] = /^prewarm run\b *(.*)$/.exec(step) ?? [];
  if (adviser === "run" || flags === undefined) return step;
  if (adviser === "beside a run") return `${AFTER_RUN}: ${step}`;
  const states = /--only (\S+)/.exec(flags)?.[1]?.split(",") ?? [];
  const state = SELECTIONS.find(
    (each) => states.includes(each) && (each !== "failed" || states.length === 1),
  );
  if (state !== undefined) return retryLine(adviser, state);
  return flags === "" ? `open ${adviser.url}/` : `end the worker, then: prewarm worker ${flags}`;
}

/** When a run that holds the ledger is no hindrance any more. */
const AFTER_RUN = "when the run that holds the ledger has ended";

/** What to do after a run, beside a run that goes on. */
export function afterRun(next: string): string {
  return /`prewarm run|`--|\brun again\b/.test(next) ? `${AFTER_RUN}: ${next}` : next;
}

/**
 * A line that asks a worker to try rows in this state again. It holds double quotes only, so that every shell reads it alike
 * and a log shows it as it is; and the name of the variable with the token (as a POSIX shell has it), never the token.
 */
export function retryLine({ url, guarded }: WorkerDoor, state: Selection): string {
  const header = guarded ? '"authorization: Bearer $ADMIN_API_TOKEN"' : "content-type:application/json";
  return `curl -sS -X POST -H ${header} "${url}${ADMIN_PATH}/retry?status=${state}"`;
}

/** What tries rows in this state again while a worker holds the ledger, as the subject of a sentence. */
export function retryWords(adviser: WorkerAdviser, state: Selection): string {
  if (adviser === "page") return "“Try again”";
  if (adviser === "api") return `\`POST ${ADMIN_PATH}/retry\``;
  if (adviser.brief) return `the button on ${adviser.url}/`;
  return `the button on ${adviser.url}/ or \`${retryLine(adviser, state)}\``;
}
