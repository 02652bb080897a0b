import type { PassedRequest, ToldWait } from "../exchange.ts";
import type { LedgerReader } from "../ledger-reader.ts";
import type { LifeEnd } from "../life.ts";
import { postsOf, UNDER_WAY_MS } from "../verdict.ts";
import type { Wanted } from "./arrivals.ts";
import type { FleetEnds } from "./fleet-ends.ts";

/** Calls that a lane may get in a minute, from any call on, the end of the minute not: what is documented of a channel. */
const MOST_IN_MINUTE = 20;
const MINUTE_MS = 60_000;
/** How long after it was told a wait is where other processes find it. */
const LEARNED_MS = 5_000;
/** Methods that ask, and neither post nor change a message. */
const ASKS = /^get/i;

/** What is seen of a place. */
export interface SeenPlace {
  readonly nth: number;
  readonly links: {
    readonly "bot-api": { readonly requests: readonly PassedRequest[]; readonly waits: readonly ToldWait[] };
  };
  wasHarmed(from: number, until: number): boolean;
}

/** A request for a chat, as it left a worker: the delay that a proxy adds comes after that. */
type LaneRequest = PassedRequest & { readonly place: number };

function requestsOf(places: readonly SeenPlace[]): LaneRequest[] {
  return places.flatMap(({ nth, links }) =>
    links["bot-api"].requests.map((request) => ({ ...request, place: nth })),
  );
}

/** All requests of each bot in each chat, in the order in which they began. */
function byLane(places: readonly SeenPlace[]): Map<string, LaneRequest[]> {
  const lanes = new Map<string, LaneRequest[]>();
  for (const request of requestsOf(places)) {
    if (request.chat === null || ASKS.test(request.method)) continue;
    const lane = `${request.bot} in ${request.chat}`;
    lanes.set(lane, [...(lanes.get(lane) ?? []), request]);
  }
  for (const list of lanes.values()) list.sort((a, b) => a.at - b.at);
  return lanes;
}

/** The most calls of a lane in a minute, and the lanes that got more than their pace allows. */
export function paces(places: readonly SeenPlace[]): { readonly most: number; readonly wrongs: string[] } {
  let most = 0;
  const wrongs: string[] = [];
  for (const [lane, list] of byLane(places)) {
    const busiest = busiestMinute(list);
    most = Math.max(most, busiest.length);
    if (busiest.length <= MOST_IN_MINUTE) continue;
    const from = busiest[0]?.at ?? 0;
    const moments = busiest.map(({ at, place, method }) => `${(at - from) / 1_000}/${place + 1}/${method}`);
    wrongs.push(
      `${lane} got ${busiest.length} calls in the minute from ${new Date(from).toISOString()} on (s/place/method): ${moments.join(" ")}`,
    );
  }
  return { most, wrongs };
}

function busiestMinute(list: readonly LaneRequest[]): readonly LaneRequest[] {
  let busiest: readonly LaneRequest[] = [];
  for (let from = 0, to = 0; from < list.length; from++) {
    while (to < list.length && (list[to]?.at ?? 0) < (list[from]?.at ?? 0) + MINUTE_MS) to++;
    if (to - from > busiest.length) busiest = list.slice(from, to);
  }
  return busiest;
}

/**
 * Calls of a lane before the end of a wait that one of the workers was told. What a process learned that was stopped, killed or without its
 * database just then nobody else can know: those waits hold for its place alone, and only while it lives.
 */
export function early(places: readonly SeenPlace[]): { readonly waits: number; readonly wrongs: string[] } {
  const lanes = byLane(places);
  let waits = 0;
  const wrongs = places.flatMap((place) =>
    place.links["bot-api"].waits.flatMap((wait) => {
      waits += 1;
      if (place.wasHarmed(wait.at - UNDER_WAY_MS, wait.at + LEARNED_MS)) return [];
      const list = lanes.get(`${wait.bot} in ${wait.chat}`) ?? [];
      return list.filter((request) => isEarly(request, wait)).map((request) => textOf(request, wait, place));
    }),
  );
  return { waits, wrongs };
}

function isEarly({ at, method }: LaneRequest, wait: ToldWait): boolean {
  return /^send/.test(method) && at > wait.at + UNDER_WAY_MS && at < wait.at + wait.seconds * 1_000 - 5;
}

function textOf(request: LaneRequest, wait: ToldWait, place: SeenPlace): string {
  const ms = wait.at + wait.seconds * 1_000 - request.at;
  return `${wait.bot} in ${wait.chat} was called by place ${request.place + 1} ${ms} ms too early (${request.method} at ${new Date(request.at).toISOString()}; place ${place.nth + 1} was told to wait ${wait.seconds} s at ${new Date(wait.at).toISOString()})`;
}

/** What a bot is to have an id of, and has not, or has one of another bot or content. */
export async function notWarm(
  ends: FleetEnds,
  ledger: LedgerReader,
  wanted: readonly Wanted[],
): Promise<string[]> {
  const truth = new Map(ends.botApi.truth().map((row) => [row.file_id, row]));
  const rows = await ledger.rows(
    `select c.bot_slug as bot, s.r2_key as key, c.status, c.tg_file_id as id, c.error_reason as reason, c.last_error as error
     from media_store s join media_cache c on s.sha256 = c.sha256`,
  );
  const byName = new Map(rows.map((row) => [`${row.bot} ${row.key}`, row]));
  return wanted.flatMap(({ bot, key }) => {
    const row = byName.get(`${bot.slug} ${key}`);
    if (row === undefined) return [`${key} of ${bot.slug} is lost: the ledger does not have it`];
    if (row.status !== "ready") return [`${key} of ${bot.slug} is not ready: ${JSON.stringify(row)}`];
    const its = truth.get(String(row.id));
    if (its?.bot === bot.id && its.sha256 === ends.bucket.held.get(key)) return [];
    return [`${key} of ${bot.slug} is ready by an id of ${its?.bot} and ${its?.sha256}`];
  });
}

/** How often a bot posted an object again, since what became of the first message could not be known. */
export function again(ends: FleetEnds): number {
  const names = postsOf(ends).map(({ bot, sha256, kind }) => `${bot} ${sha256} ${kind}`);
  return names.length - new Set(names).size;
}

/** Jobs that the engine gave up. */
export async function deadLetters(ledger: LedgerReader): Promise<string[]> {
  const rows = await ledger.rows("select data, output from prewarm_jobs.job where name = 'warm-dead'");
  return rows.map((row) => `a dead letter: ${JSON.stringify(row)}`);
}

/** What a process said last. */
export function lastLineOf({ ended }: LifeEnd): string {
  return (ended.stderr.trimEnd().split("\n").at(-1) ?? "").slice(0, 300);
}

/** A worker waits out whatever happens to its database, from its start on: none ends as one that had no more to do, or could not reach it. */
export function endedAlone(end: LifeEnd): string[] {
  const { code } = end.ended;
  return code === 0 || code === 1 ? [`ended by itself with ${code}: ${lastLineOf(end)}`] : [];
}
