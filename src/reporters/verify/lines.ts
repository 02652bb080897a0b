import type { CheckPlan } from "../../domain/check-plan.ts";
import type { CheckedId } from "../../domain/checked-id.ts";
import type { Failure } from "../../domain/failure.ts";
import type { CheckSnapshot } from "../../figures/check-tally.ts";
import { r2Price } from "../r2-price.ts";

/** An id as a line of `--json`: fields that a run has too are called alike. */
export function checkedLine(id: CheckedId) {
  const { failure } = id;
  return {
    type: "item",
    key: id.key,
    bot: id.bot,
    kind: id.kind,
    status: id.status,
    file_id: id.fileId,
    file_unique_id: id.fileUniqueId,
    chat_id: id.chatId,
    message_id: id.messageId,
    bytes: id.bytes,
    error: failure && {
      class: failure.class,
      reason: failure.reason,
      code: failure.code ?? null,
      message: failure.message,
    },
    reason: failure?.reason ?? null,
    fixed: id.fixed,
  };
}

/** What the last line says besides what was counted. */
export interface CheckEnding {
  readonly exitCode: number;
  readonly botsOut: readonly { readonly bot: string; readonly failure: Failure }[];
  readonly badLines: number;
  readonly unfinished: string | null;
}

/** The last line of `--json`. */
export function checkSummaryLine(figures: CheckSnapshot, ending: CheckEnding) {
  const { ok, deleted, changed, dead, unchecked } = figures.counts;
  return {
    type: "summary",
    total: figures.total,
    ok,
    deleted,
    changed,
    dead,
    unchecked,
    fixed: figures.fixed,
    duration_ms: Math.round(figures.durationMs),
    calls: figures.calls,
    flood_waits: figures.floodWaits,
    exit_code: ending.exitCode,
    bad_lines: ending.badLines,
    unfinished: ending.unfinished,
    bots_out: ending.botsOut.map(({ bot, failure: { class: failureClass, reason, message } }) => ({
      bot,
      class: failureClass,
      reason,
      message,
    })),
  };
}

const NOTHING: CheckSnapshot = {
  durationMs: 0,
  total: 0,
  counts: { ok: 0, deleted: 0, changed: 0, dead: 0, unchecked: 0 },
  fixed: 0,
  reasons: [],
  calls: 0,
  floodWaits: 0,
};

/** The last line of a check that ended before it began (flags, configuration, ledger). */
export function emptyCheckSummary(exitCode: number) {
  return checkSummaryLine(NOTHING, { exitCode, botsOut: [], badLines: 0, unfinished: null });
}

/** The last line of `--dry-run --json`. */
export function checkPlanLine(plan: CheckPlan) {
  return {
    type: "plan",
    to_check: plan.ids,
    of: plan.of,
    without_id: plan.without,
    r2_way: plan.way,
    class_a: plan.operations.classA,
    class_b: plan.operations.classB,
    cost_usd: Number(r2Price(plan.operations).toFixed(4)),
    calls: plan.calls,
    ceiling_per_min: Number(plan.callsPerMin.toFixed(1)),
    eta_seconds: plan.etaSeconds,
  };
}
