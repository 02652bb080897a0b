import type { Clock } from "../domain/clock.ts";
import type { Lanes } from "../lanes/lanes.ts";
import { openLookForecast } from "../looks/forecast.ts";
import { openLooks } from "../looks/looks.ts";
import type { LookBoard, LookForecaster } from "../looks/port.ts";
import type { LookPatience } from "../looks/when.ts";
import { LostRows, type LostRowsOptions } from "../pipeline/lost-rows.ts";
import type { EngineOptions } from "./engine.ts";

type LooksParts = Pick<EngineOptions, "config" | "ledger" | "connections" | "events" | "stop" | "remove">;

/** No call lasts longer, milliseconds: 2000 MB at 10 Mbit/s take 27 minutes. */
const LONGEST_CALL_MS = 30 * 60_000;

/** What looks for the messages of lost calls, and what asks Telegram for it. */
export function openLostRows(
  { config, ledger, connections, events, stop, remove }: LooksParts,
  lanes: Lanes,
  rules: Pick<LostRowsOptions, "runBots" | "judge" | "judgeId">,
): { readonly looks: LookBoard; readonly lost: LostRows } {
  const { clock, bots } = connections;
  const looks = openLooks({
    ledger,
    lanes,
    clock,
    events,
    bots: bots.map(({ bot }) => bot),
    chats: (slug) => lanes.all.filter(({ bot }) => bot.slug === slug).map(({ chat }) => chat),
    draining: stop.draining,
    aborting: stop.aborting,
    patience: patienceOf(config, clock),
  });
  return {
    looks,
    lost: new LostRows({ ...rules, clock, events, ledger, looks, remove, draining: stop.draining }),
  };
}

/** What says for a dry run how lost messages would be looked for. */
export function openLooksForecast(
  { config, ledger, connections }: Pick<LooksParts, "config" | "ledger" | "connections">,
  lanes: Lanes,
): LookForecaster {
  const { clock, bots } = connections;
  return openLookForecast({
    ledger,
    clock,
    bots: bots.map(({ bot }) => bot.slug),
    patience: patienceOf(config, clock),
    paceIn: (bot, chat) => lanes.paceIn(bot, chat),
  });
}

function patienceOf({ lookAfter }: LooksParts["config"], { scale }: Clock): LookPatience {
  return { afterMs: lookAfter / scale, longestCallMs: LONGEST_CALL_MS / scale };
}
