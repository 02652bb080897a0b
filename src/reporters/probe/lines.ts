import type { ProbeOutcome } from "../../probe/probe.ts";

/** How a probe ended, as its last line says it. */
export interface ProbeEnding {
  readonly exitCode: number;
  readonly posted: number;
  readonly left: number;
  readonly durationMs: number;
}

/** An experiment as a line of `--json`. */
export function outcomeLine({ experiment, chat, chatType, status, says, proofs }: ProbeOutcome) {
  return {
    type: "experiment",
    id: experiment.id,
    chat_id: chat,
    chat_type: chatType,
    status: status === "unpaid" ? "budget" : status,
    says,
    results: proofs.map(({ what, scope, result, evidence, at }) => ({
      what,
      scope,
      result,
      evidence,
      at: new Date(at).toISOString(),
    })),
  };
}

/** The last line of `--json`. */
export function probeSummaryLine(outcomes: readonly ProbeOutcome[], ending: ProbeEnding) {
  const count = (...status: ProbeOutcome["status"][]) =>
    outcomes.filter((each) => status.includes(each.status)).length;
  return {
    type: "summary",
    total: outcomes.length,
    found: count("found"),
    known: count("known"),
    moot: count("moot"),
    open: count("open"),
    budget: count("unpaid"),
    stopped: count("stopped"),
    messages_posted: ending.posted,
    messages_left: ending.left,
    duration_ms: Math.round(ending.durationMs),
    exit_code: ending.exitCode,
  };
}
