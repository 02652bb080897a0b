import type { WorkerConfig } from "../config/worker-config.ts";
import { Bell } from "../domain/bell.ts";
import { ok } from "../domain/result.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { PlanOptions } from "../pipeline/plan.ts";
import { passes } from "../sources/watched.ts";
import type { Bot } from "../telegram/port.ts";
import type { FirstLook } from "../worker/first-look.ts";
import type { KeepWarmParts } from "../worker/keep-warm.ts";
import { Troubles } from "../worker/troubles.ts";
import type { Connections } from "./connect.ts";
import { sourceOf } from "./plan.ts";
import { openWarming, type WarmingParts } from "./warming.ts";

export interface KeepingParts extends Omit<WarmingParts, "found"> {
  readonly config: WorkerConfig;
  readonly found: FirstLook;
  /** Whether work is claimed now. */
  readonly desk: { readonly running: boolean };
}

/** The parts of a worker, put together, with its lanes for those who look at them. */
export type Keeping = KeepWarmParts & { readonly lanes: Lanes };

/** Puts together what keeps a bucket or a manifest warm. */
export async function openKeeping(parts: KeepingParts): Promise<Keeping> {
  const { config, found, connections, events, desk } = parts;
  const { plan, ...warming } = await openWarming({ ...parts, found: found.lanes });
  const rules = { ...plan, waits: true };
  return {
    ...warming,
    ...askingOf(connections),
    troubles: new Troubles(connections.clock, events),
    away: found.away,
    bots: plan.bots,
    rules: { passes: rules, asked: { ...rules, kind: undefined, as: undefined } },
    source: watchedSource(parts, rules),
    intervalMs: config.intervalMs,
    asked: new Bell(),
    claiming: () => desk.running,
  };
}

/** Questions that change nothing: is R2 there, is Telegram there (one of the bots is enough)? */
function askingOf({ storage, bots }: Connections): Pick<KeepWarmParts, "ask"> {
  const telegram = async () => {
    const answers = await Promise.all(bots.map(({ bot }: { bot: Bot }) => bot.getMe()));
    return answers.find((answer) => answer.ok || answer.failure.class !== "transient")
      ? ok(undefined)
      : (answers[0] ?? ok(undefined));
  };
  return { ask: { r2: () => storage.check(), telegram } };
}

function watchedSource(
  { config, options, ledger, connections, stop }: KeepingParts,
  { bots }: Pick<PlanOptions, "bots">,
): KeepWarmParts["source"] {
  const { manifest } = options;
  const looks = passes({
    clock: connections.clock,
    intervalMs: config.listInterval,
    signal: stop.draining,
    ...(manifest ? { file: { path: manifest.path, pollMs: config.intervalMs } } : {}),
  });
  return {
    name: manifest?.path ?? "bucket",
    open: () => sourceOf(options, connections.storage, ledger, bots),
    moments: looks,
    nudge: () => looks.nudge(),
  };
}
