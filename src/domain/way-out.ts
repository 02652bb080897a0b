import type { FailureClass } from "./failure.ts";

/** What to do, in one sentence each. */
export interface WayOut {
  /** For a run, or where nobody holds the ledger. */
  readonly run: string;
  /**
   * Where a worker holds the ledger: it tries again by itself what can pass, and no command of prewarm could. `{again}` is
   * what makes it try rows again that it leaves alone.
   */
  readonly worker: string;
}

/** A reason: its class, and the way out. */
export interface ReasonInfo {
  readonly class: FailureClass;
  /** What to do after a run; `docs/troubleshooting.md` says more under the anchor `reason-<name>`. */
  readonly next: string;
  /** What to do beside a worker: see {@link WayOut.worker}. */
  readonly worker: string;
}

/** A reason of this class, with what to do about it. */
export function info(failureClass: FailureClass, next: string | WayOut): ReasonInfo {
  const { run, worker } = typeof next === "string" ? { run: next, worker: next } : next;
  return { class: failureClass, next: run, worker };
}

const FIRST =
  "looks for its message first and keeps its id; it is sent again where it is not there, or cannot be looked for";
/** It may have been posted. */
export const ONLY_UNKNOWN: WayOut = {
  run: `\`prewarm run --only unknown\` ${FIRST}`,
  worker: `{again} ${FIRST}`,
};
const NETWORK = "if it stays, look at the network between this machine and the server";
/** It passes by itself. */
export const RUN_AGAIN: WayOut = {
  run: `run again; ${NETWORK}`,
  worker: `nothing to do: the worker tries again by itself; ${NETWORK}`,
};
/** Of what a worker asks for again and again. */
export const LOOKS_AGAIN = "the worker looks again by itself";
const MAKE_ADMIN = "add the bot to the chat as an administrator who may post";
/** The bot has to be let in. */
export const OPEN_CHAT: WayOut = {
  run: `${MAKE_ADMIN}, then run again`,
  worker: `${MAKE_ADMIN}; ${LOOKS_AGAIN}`,
};
/** It is no photo that Telegram takes. */
export const AS_DOCUMENT: WayOut = {
  run: "send it as a document (`--as document`, or `kind` in the manifest), or repair the file",
  worker: 'send it as a document (enqueue it with `"kind":"document"`), or repair the file',
};
/** Telegram does not fetch it. */
export const BY_UPLOAD: WayOut = {
  run: "warm it with `--transfer upload`",
  worker: "set `--transfer upload` for the worker and start it again: it then tries it anew",
};
/** The bucket has to let us in. */
export const R2_TOKEN =
  "make an R2 API token with Object Read on this bucket and set R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY";
