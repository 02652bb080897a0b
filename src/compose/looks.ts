import type { Lanes } from "../lanes/lanes.ts";
import { openLooks } from "../looks/looks.ts";
import type { LookBoard } from "../looks/port.ts";
import { LostRows, type LostRowsOptions } from "../pipeline/lost-rows.ts";
import type { EngineOptions } from "./engine.ts";

type LooksParts = Pick<EngineOptions, "config" | "ledger" | "connections" | "events" | "stop" | "remove">;

/** No call lasts longer, milliseconds: 2000 MB at 10 Mbit/s take 27 minutes. */
const LONGEST_CALL_MS = 30 * 60_000;

/** What looks for the messages of lost calls, and what asks Telegram for it. */
export function openLostRows(
  { config, ledger, connections, events, stop, remove }: LooksParts,
  lanes: Lanes,
  rules: Pick<LostRowsOptions, "runBots" | "judge">,
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
    patience: {
      afterMs: config.lookAfter / clock.scale,
      longestCallMs: LONGEST_CALL_MS / clock.scale,
    },
  });
  return { looks, lost: new LostRows({ ...rules, clock, events, ledger, looks, remove }) };
}
