import { nextStep } from "../../domain/failure.ts";
import { isReason, REASONS } from "../../domain/reasons.ts";
import type { LaneMemory, LedgerView } from "../../ledgers/port.ts";
import { type BadRows, type Hour, ROW_STATES, type RowState, type Survey } from "../../ledgers/survey.ts";

export interface StatusOptions {
  readonly place: string;
  /** Unix milliseconds. */
  readonly now: number;
  /** Calls a minute over all lanes, and the time that the backlog takes at that pace. */
  readonly perMinute: number;
  readonly etaSeconds: number | null;
  readonly paceOf: (lane: LaneMemory) => number;
}

/** What `prewarm status --json` prints (published as fixtures/schemas/status.schema.json), and what its screen shows. */
export type StatusDocument = ReturnType<typeof statusDocument>;

/** Moments are ISO 8601 in UTC. */
export function statusDocument(survey: LedgerView & Survey, options: StatusOptions) {
  const { place, now, perMinute, etaSeconds, paceOf } = options;
  const { owner, holder, sending, queued, warming, orphans } = survey;
  const troubles = survey.bad.map(troubleOf);
  const rows = totalOf(survey.byBot.map((bot) => bot.rows));
  const total = queued.count + warming.count;
  return {
    at: iso(now),
    ledger: {
      place,
      schema_version: survey.schemaVersion,
      sandbox: owner.sandbox,
      bucket: owner.bucket,
      bots: owner.bots.map(({ slug, id, apiRoot }) => ({ slug, id, api_root: apiRoot })),
    },
    holder: holder && { ...holder, pid: Number(holder.pid), since: isoOfText(holder.since) },
    objects: survey.objects,
    rows,
    bots: survey.byBot.map(({ bot, rows }) => ({ bot, ...rows })),
    under_way: {
      count: sending.count,
      oldest_since: sending.oldest === null ? null : isoOfText(sending.oldest),
      abandoned: sending.count > 0 && holder === null,
    },
    backlog: {
      total,
      queued: queued.count,
      warming: warming.count,
      orphans,
      oldest_since: isoOrNull(earliest([queued.oldest, warming.oldest])),
      pace_per_min: perMinute,
      eta_seconds: etaSeconds,
    },
    lanes: survey.lanes.map((lane) => laneOf(lane, paceOf(lane), now)),
    troubles,
    last_24h: { ...totalOfHours(survey.hours), per_hour: survey.hours.map(hourOf) },
    next: nextOf({ rows, total, survey }),
  };
}

function laneOf(
  { bot, chat, pace, paceAt, frozenUntil, migratedTo }: LaneMemory,
  perMinute: number,
  now: number,
) {
  const frozen = frozenUntil > now;
  return {
    bot,
    chat_id: chat,
    pace_per_min: perMinute,
    learned_at: pace === null ? null : isoOrNull(paceAt),
    frozen_until: frozen ? iso(frozenUntil) : null,
    frozen_seconds: frozen ? Math.ceil((frozenUntil - now) / 1000) : 0,
    migrated_to: migratedTo,
  };
}

const ONLY = { failed: "`prewarm run --only failed` tries them again", unknown: nextStep("answer_lost") };

function troubleOf({ state, reason, count, key, message }: BadRows) {
  const known = reason !== null && isReason(reason);
  return {
    status: state,
    reason,
    count,
    key,
    message,
    class: known ? REASONS[reason].class : null,
    next: known ? nextStep(reason) : ONLY[state],
  };
}

function totalOf(rows: readonly Readonly<Record<RowState, number>>[]): Record<RowState, number> {
  const sums = ROW_STATES.map((state) => [state, rows.reduce((sum, row) => sum + row[state], 0)]);
  return Object.fromEntries(sums) as Record<RowState, number>;
}

function totalOfHours(hours: readonly Hour[]) {
  const sum = (name: "ready" | "failed" | "unknown") => hours.reduce((total, hour) => total + hour[name], 0);
  return { ready: sum("ready"), failed: sum("failed"), unknown: sum("unknown") };
}

function hourOf({ from, ready, failed, unknown }: Hour) {
  return { from: iso(from), ready, failed, unknown };
}

/** The command to run next; null while somebody writes, for another would be refused, and where all is well. */
function nextOf({
  rows,
  total,
  survey,
}: {
  rows: Readonly<Record<RowState, number>>;
  total: number;
  survey: LedgerView & Survey;
}): string | null {
  if (survey.holder) return null;
  const run = survey.owner.sandbox ? "prewarm run --sandbox" : "prewarm run";
  if (survey.sending.count > 0) return run;
  const only = (["failed", "unknown"] as const).filter((state) => rows[state] > 0);
  if (only.length > 0) return `${run} --only ${only.join(",")}`;
  return total > 0 ? "prewarm worker" : null;
}

function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString().replace(/\.\d+Z$/, "Z");
}

function isoOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : iso(unixMs);
}

/** Of UTC text as the ledger has it: `2026-01-31 12:30:05`. */
function isoOfText(text: string): string {
  return `${text.replace(" ", "T")}Z`;
}
