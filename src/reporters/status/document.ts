import { adviserOf, stepBeside } from "../../domain/advice.ts";
import { LEAVES_OUT, needsChange, nextStep } from "../../domain/failure.ts";
import { BELIEVED_MS, type Proof } from "../../domain/proof.ts";
import { isReason, REASONS, type Reason } from "../../domain/reasons.ts";
import type { FleetWorker } from "../../ledgers/fleet-port.ts";
import type { LaneMemory } from "../../ledgers/lane-memory.ts";
import {
  type BadRows,
  type Hour,
  type LaneSeen,
  ROW_STATES,
  type RowState,
  type Survey,
} from "../../ledgers/survey.ts";
import type { LedgerView } from "../../ledgers/view.ts";
import { foreignStep } from "../foreign-step.ts";

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
  const adviser = briefly(adviserOf(holder));
  const troubles = survey.bad.map((bad) => troubleOf(bad, adviser));
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
    workers: (survey.workers ?? []).map(workerOf),
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
    lanes: survey.lanesSeen.map((lane) => laneOf(lane, { perMinute: paceOf(lane), now, adviser })),
    proofs: survey.proofs.map((proof) => proofOf(proof, now)),
    troubles,
    last_24h: { ...totalOfHours(survey.hours), per_hour: survey.hours.map(hourOf) },
    next: nextOf(survey, total),
  };
}

function workerOf({ id, pid, host, version, admin, since, seen, ...how }: FleetWorker) {
  const { places, active, perMinute, stopped, leads, bots } = how;
  return {
    id,
    pid: Number(pid),
    host,
    version,
    admin,
    since: iso(since),
    seen: iso(seen),
    places,
    active,
    per_minute: perMinute,
    stopped,
    leads,
    bots: bots.length,
  };
}

interface LaneContext {
  readonly perMinute: number;
  readonly now: number;
  readonly adviser: HolderAdviser;
}

function laneOf(
  { bot, chat, pace, paceAt, frozenUntil, migratedTo, out, former }: LaneSeen,
  { perMinute, now, adviser }: LaneContext,
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
    out: out && {
      reason: out.reason,
      message: out.message,
      since: iso(out.since),
      next: isReason(out.reason) ? nextStep(out.reason, adviser) : null,
    },
    in_use: !former && migratedTo === null,
  };
}

/** What Telegram showed of packs; `believed` is false for what is too old. */
function proofOf({ bot, scope, what, result, at }: Proof, now: number) {
  return { bot, scope, what, result, at: iso(at), believed: now - at < BELIEVED_MS };
}

/** The line to paste stands in `next`, once. */
function briefly(adviser: HolderAdviser): HolderAdviser {
  return typeof adviser === "string" ? adviser : { ...adviser, brief: true };
}

type HolderAdviser = ReturnType<typeof adviserOf>;

function troubleOf({ state, reason, count, key, keys, message }: BadRows, adviser: HolderAdviser) {
  const known = reason !== null && isReason(reason);
  return {
    status: state,
    reason,
    count,
    key,
    keys,
    message,
    class: known ? REASONS[reason].class : null,
    next: known ? nextStep(reason, adviser) : foreignStep(state, adviser),
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

/** What to do next, or to ask the worker for that writes to it; null where a run does, and where all is well. */
function nextOf(survey: LedgerView & Survey, total: number): string | null {
  const { holder, owner, sending, queued, bad } = survey;
  if (holder !== null && holder.admin === null) return null;
  const adviser = adviserOf(holder);
  const run = owner.sandbox ? "prewarm run --sandbox" : "prewarm run";
  const out = noLane(survey);
  if (out !== null && total + bad.length > 0) return nextStep(out, adviser);
  if (holder === null && sending.count > 0) return run;
  const only = (["failed", "unknown"] as const).filter((state) =>
    bad.some((row) => row.state === state && !isHopeless(row)),
  );
  if (only.length > 0) return stepBeside(`${run} --only ${only.join(",")}`, adviser);
  const work = queued.count > 0 ? "prewarm worker" : run;
  return (total > 0 && holder === null ? work : null) ?? wayOut(bad, adviser);
}

/** Why the first lane is out, where all that are in use are; null where one is open, or none was used yet. */
function noLane({ lanesSeen }: Survey): Reason | null {
  const used = lanesSeen.filter(({ former, migratedTo }) => !former && migratedTo === null);
  const reason = used.every(({ out }) => out !== null) ? used[0]?.out?.reason : undefined;
  return reason !== undefined && isReason(reason) ? reason : null;
}

function isHopeless({ state, reason }: BadRows): boolean {
  if (state !== "failed" || reason === null || !isReason(reason)) return false;
  return needsChange({ class: REASONS[reason].class, reason });
}

/** What to do about rows that fail the same way until something changes. */
function wayOut(bad: readonly BadRows[], adviser: HolderAdviser): string | null {
  const reason = bad.find(isHopeless)?.reason ?? null;
  if (reason === null || !isReason(reason)) return null;
  const step = nextStep(reason, adviser);
  return adviser === "run" ? `${step}; ${LEAVES_OUT}` : step;
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
