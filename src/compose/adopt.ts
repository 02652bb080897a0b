import type { Config } from "../config/config.ts";
import { ConfigError } from "../config/error.ts";
import type { RunOptions } from "../config/run-options.ts";
import type { Emitter } from "../domain/events.ts";
import type { RunBots } from "../domain/run-bots.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import type { Ledger } from "../ledgers/port.ts";
import { Adoption } from "../pipeline/adopt/adoption.ts";
import { AdoptChats } from "../pipeline/adopt/chats.ts";
import type { PackIds } from "../pipeline/adopt/pack.ts";
import type { PlanRules } from "../pipeline/plan.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Connections } from "./connect.ts";

export interface AdoptParts {
  readonly config: Config;
  readonly options: RunOptions;
  readonly ledger: Ledger;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly stop: Stop;
  readonly found: readonly LaneToOpen[];
  readonly lanes: Lanes;
  readonly runBots: RunBots;
  /** Rules of a plain run. */
  readonly judge: PlanRules;
  readonly packIds: PackIds;
}

/** What gets bots their ids by messages of another (`--adopt-from`); null without that. Throws ConfigError where there is nothing to adopt from. */
export async function openAdoption(parts: AdoptParts): Promise<Adoption | null> {
  const { options, ledger, connections, events, stop, found, lanes, runBots, judge, packIds } = parts;
  const from = options.adoptFrom;
  if (from === undefined) return null;
  await refuseNobody(from, parts);
  const { clock } = connections;
  const { draining, aborting } = stop;
  const adoptLanes = found.filter(({ closed, bot }) => !closed && bot.slug !== from);
  return new Adoption({
    clock,
    events,
    ledger,
    lanes,
    chats: new AdoptChats({ lanes, adoptLanes, clock, events, draining, from }),
    from,
    runBots,
    judge,
    packIds,
    settings: judge.settings,
    limit: options.limit ?? Number.POSITIVE_INFINITY,
    draining,
    aborting,
    random: Math.random,
  });
}

async function refuseNobody(from: string, { config, ledger }: AdoptParts): Promise<void> {
  const posters = await ledger.posters();
  if (!posters.includes(from))
    throw new ConfigError([
      `--adopt-from ${from}: the ledger has no id of such a bot${posters.length === 0 ? "" : `; it has those of ${posters.join(", ")}`}`,
    ]);
  if (config.bots.every(({ slug }) => slug === from))
    throw new ConfigError([
      `--adopt-from ${from}: this run has no other bot; name the one that is to get ids with --bot, and give it its token`,
    ]);
}
