import type { ChalkInstance } from "chalk";
import { asWritten } from "../../domain/wording.ts";
import { ROW_STATES, type RowState } from "../../ledgers/survey.ts";
import { count, cut, duration, oneLine, perMinute, wrap } from "../format.ts";
import { nextLine } from "../next-line.ts";
import { reasonTable } from "../reason-table.ts";
import { type Canvas, right, type TableCell, table } from "../table.ts";
import type { StatusDocument } from "./document.ts";
import { workerState } from "./worker-state.ts";

const [NARROWEST, WIDEST] = [60, 120];
/** From here on there is room for moments beside the times until then. */
const WIDE = 110;
const LABEL = 11;
const MOST = { workers: 40, bots: 40, lanes: 40, out: 5, troubles: 5, proofs: 10 };

/** What a ledger holds, for people: whose it is, rows by bot, work that waits, lanes, what failed and the way out. Ends with a line end. */
export function statusText(status: StatusDocument, given: Canvas): string {
  const options = { ...given, width: Math.max(NARROWEST, Math.min(WIDEST, given.width)) };
  const parts = [
    ...fields(headOf(status), options),
    workersTable(status, options),
    rowsTable(status, options),
    ...fields(workOf(status), options),
    lanesTable(status, options),
    ...fields(proofsOf(status), options),
    ...hints(outOf(status), options),
    troublesTable(status, options),
    ...hints(keysOf(status), options),
    status.next && nextLine(status.next, options),
  ];
  return `${parts.filter((part) => part !== null).join("\n")}\n`;
}

type Field = readonly [name: string, text: string | null];

function fields(all: readonly Field[], { width, colour }: Canvas): string[] {
  return all.flatMap(([name, text]) => {
    if (text === null) return [];
    const words = oneLine(text).split(" ");
    // A path or an address is of use only as a whole.
    const lines = wrap(words.join(" "), Math.max(width - LABEL, ...words.map((word) => word.length + 2)));
    return lines.map((line, i) => `${colour.bold((i === 0 ? name : "").padEnd(LABEL))}${line.trimStart()}`);
  });
}

/** Fields that name commands to type, and no process by its command. */
function hints(all: readonly Field[], options: Canvas): string[] {
  const { wording = asWritten } = options;
  return fields(
    all.map(([name, text]): Field => [name, text === null ? null : wording(text)]),
    options,
  );
}

function headOf({ at, ledger, holder, objects }: StatusDocument): Field[] {
  const { place, schema_version: version, sandbox, bucket, bots } = ledger;
  const kind = version === null ? "prewarm has not written to it yet" : `schema ${version}`;
  return [
    ["Ledger", `${place}, ${kind}${sandbox ? ", of the sandbox" : ""}`],
    ["Bucket", bucket && `${bucket.name} at ${bucket.endpoint}`],
    ["Bots", bots.length === 0 ? null : bots.map(({ slug, id }) => `${slug} (${id})`).join(", ")],
    [
      "Writer",
      holder
        ? `\`${holder.command}\` for ${since(holder.since, at)}, pid ${holder.pid} on ${holder.host}`
        : "no process is writing to it",
    ],
    ["Admin", holder?.admin ?? null],
    ["Objects", `${count(objects)} in media_store`],
  ];
}

function workOf(status: StatusDocument): Field[] {
  const { ready, failed, unknown, per_hour: hours } = status.last_24h;
  const last = hours.at(-1)?.ready ?? 0;
  return [
    ["Under way", underWay(status)],
    ["Backlog", backlog(status)],
    [
      "Last 24 h",
      `${count(ready)} ready, ${count(failed)} failed, ${count(unknown)} unknown; ${count(last)} ready in the last hour`,
    ],
  ];
}

function underWay({
  at,
  under_way: { count: calls, oldest_since: oldest, abandoned },
}: StatusDocument): string {
  if (calls === 0) return "no call";
  const age = oldest === null ? "" : `, the oldest for ${since(oldest, at)}`;
  return `${count(calls)} ${calls === 1 ? "call" : "calls"}${age}${abandoned ? "; their process has died, the next run marks them unknown" : ""}`;
}

function backlog({ at, backlog: work, lanes }: StatusDocument): string {
  const { total, queued, warming, orphans, oldest_since: oldest, eta_seconds: eta } = work;
  const open = lanes.filter((lane) => lane.in_use && lane.out === null).length;
  const parts = [
    total === 0 ? "nothing waits" : `${count(total)}: ${count(queued)} queued, ${count(warming)} in warming`,
  ];
  if (oldest !== null) parts.push(`the oldest has waited ${since(oldest, at)}`);
  if (orphans > 0)
    parts.push(`${count(orphans)} more in warming have no key in media_store, so they cannot be warmed`);
  if (total > 0)
    parts.push(
      eta === null
        ? `how long it will take is unknown: ${lanes.length === 0 ? "no lane was used yet" : "no lane is open"}`
        : `an estimated ${duration(eta * 1000)} at ${perMinute(work.pace_per_min)} over ${open === 1 ? "1 lane" : `${open} lanes`}`,
    );
  return parts.join("; ");
}

/** The workers of a fleet; one alone stands above. */
function workersTable({ at, workers }: StatusDocument, options: Canvas): string | null {
  if (workers.length < 2) return null;
  const rows = workers
    .slice(0, MOST.workers)
    .map((worker): TableCell[] => [
      `${worker.id} on ${cut(oneLine(worker.host), 24)}, pid ${worker.pid}`,
      worker.version ?? "",
      right(`${worker.active}/${worker.places}`),
      right(perMinute(worker.per_minute)),
      `${since(worker.seen, at)} ago`,
      workerState(worker, at, options.colour),
    ]);
  const hidden = workers.length - rows.length;
  if (hidden > 0) rows.push([`+${hidden} more workers`, "", "", "", "", ""]);
  const sum = perMinute(workers.reduce((all, worker) => all + worker.per_minute, 0));
  return table(
    ["worker", "version", right("places"), right(`rate (${sum})`), "seen", "state"],
    rows,
    options,
  );
}

function rowsTable({ bots, rows }: StatusDocument, options: Canvas): string | null {
  if (bots.length === 0) return null;
  const line = (name: string, counts: Readonly<Record<RowState, number>>): TableCell[] => [
    cut(oneLine(name), 20),
    ...ROW_STATES.map((state) => right(paint(state, counts[state], options.colour))),
  ];
  const shown = bots.slice(0, MOST.bots).map((row) => line(row.bot, row));
  const more = bots.length > MOST.bots ? `all ${bots.length} bots` : "all bots";
  if (bots.length > 1) shown.push(line(more, rows));
  return table(["bot", ...ROW_STATES.map(right)], shown, options);
}

function paint(state: RowState, value: number, colour: ChalkInstance): string {
  const styles = {
    ready: colour.green,
    weak: colour.yellow,
    warming: colour,
    failed: colour.red,
    unknown: colour.yellow,
  };
  return (value === 0 ? colour.dim : styles[state])(count(value));
}

function lanesTable({ at, lanes }: StatusDocument, options: Canvas): string | null {
  if (lanes.length === 0) return null;
  const wide = options.width >= WIDE;
  const rows = lanes
    .slice(0, MOST.lanes)
    .map((lane): TableCell[] => [
      laneName(lane, wide ? 40 : 28),
      right(perMinute(lane.pace_per_min)),
      lane.learned_at === null ? "documented" : `${since(lane.learned_at, at)} ago`,
      laneState(lane, wide, options.colour),
    ]);
  const hidden = lanes.length - rows.length;
  if (hidden > 0) rows.push([`+${hidden} more lanes`, "", "", ""]);
  return table(["lane (bot x chat)", right("pace"), "learned", "state"], rows, options);
}

type StatusLane = StatusDocument["lanes"][number];

/** Of a name that is too long the bot is cut: chats tell lanes apart. */
function laneName({ bot, chat_id: chat }: StatusLane, width: number): string {
  const [slug, id] = [oneLine(bot), oneLine(chat)];
  return `${cut(slug, Math.max(8, width - id.length - 3))} x ${id}`;
}

function laneState(lane: StatusLane, wide: boolean, colour: ChalkInstance): string {
  const { migrated_to: to, frozen_until: until } = lane;
  if (to !== null) return colour.dim(`became ${oneLine(to)}`);
  if (!lane.in_use) return colour.dim("not configured any more");
  if (lane.out !== null) return colour.red(`out: ${lane.out.reason}`);
  if (until === null) return colour.green("open");
  const end = wide ? `, until ${until.slice(0, 19).replace("T", " ")} UTC` : "";
  return colour.yellow(`frozen ${duration(lane.frozen_seconds * 1000)}${end}`);
}

/** What is wrong with lanes that are out, and the way out. */
function outOf({ lanes }: StatusDocument): Field[] {
  const out = lanes.flatMap((lane) => (lane.in_use && lane.out ? [{ ...lane, why: lane.out }] : []));
  const told = out.slice(0, MOST.out).map(({ bot, chat_id: chat, why }): Field => {
    const next = why.next === null ? "" : `; ${why.next}`;
    return ["Out", `${bot} x ${chat}: ${why.message}${next}`];
  });
  const hidden = out.length - told.length;
  return hidden > 0 ? [...told, ["Out", `+${hidden} more lanes: \`prewarm status --json\``]] : told;
}

/** What is proved of packs, a line a bot. */
function proofsOf({ at, proofs }: StatusDocument): Field[] {
  return [...new Set(proofs.map(({ bot }) => bot))].slice(0, MOST.bots).map((bot, nth) => {
    const own = proofs.filter((each) => each.bot === bot);
    const shown = own.slice(0, MOST.proofs).map(({ scope, what, result, at: seen, believed }) => {
      const where = scope === "*" ? "" : ` in ${scope}`;
      return `${what}${where} ${result} (${since(seen, at)} ago${believed ? "" : ", too long to be believed"})`;
    });
    const hidden = own.length - shown.length;
    const more = hidden > 0 ? `; +${hidden} more` : "";
    return [nth === 0 ? "Proved" : "", `packs of ${bot}: ${shown.join("; ")}${more}`];
  });
}

function keysOf({ troubles }: StatusDocument): Field[] {
  if (troubles.every(({ count: rows }) => rows <= 1)) return [];
  return [["Keys", "ten of each reason: `prewarm status --json`"]];
}

function troublesTable({ troubles }: StatusDocument, options: Canvas): string | null {
  const rows = troubles.map(({ reason, key, ...trouble }) => ({
    ...trouble,
    reason: reason ?? "not by prewarm",
    example: key,
  }));
  const hidden = rows.length - MOST.troubles;
  return reasonTable(rows.slice(0, MOST.troubles), options, {
    unit: "rows",
    more: hidden > 0 ? [`+${hidden} more reasons`, "all of them: `prewarm status --json`"] : undefined,
  });
}

/** The time between two moments, in its two largest units. */
function since(earlier: string, later: string): string {
  return duration(Math.max(0, Date.parse(later) - Date.parse(earlier)));
}
