import type { Config } from "../config/config.ts";
import type { Clock } from "../domain/clock.ts";
import type { Emitter } from "../domain/events.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Lane } from "../lanes/lane.ts";
import type { Lanes } from "../lanes/lanes.ts";
import type { LaneToOpen } from "../lanes/preflight.ts";
import type { Ledger } from "../ledgers/port.ts";
import type { Attempts } from "../pipeline/attempt.ts";
import type { InFlight } from "../pipeline/claims.ts";
import type { Intake } from "../pipeline/intake.ts";
import type { WaitingRoom } from "../pipeline/later.ts";
import type { OwnAnswers } from "../pipeline/own-answers.ts";
import { mostPackBytes } from "../pipeline/packs/fit.ts";
import { finishCanaries } from "../pipeline/packs/left-canaries.ts";
import { canariesOf, type PacksAhead, packsAhead, type WorkMix } from "../pipeline/packs/outlook.ts";
import { PackAttempts } from "../pipeline/packs/pack-attempts.ts";
import { PackRunner } from "../pipeline/packs/pack-runner.ts";
import { Packs } from "../pipeline/packs/packs.ts";
import { Trials } from "../pipeline/packs/trials.ts";
import { trustOf } from "../pipeline/packs/trust.ts";
import type { Settlement } from "../pipeline/settle.ts";
import type { Stop } from "../pipeline/stop.ts";
import type { Transfers } from "../transfers/port.ts";
import type { Connections } from "./connect.ts";

/** The parts of an engine that packs need. */
interface PacksParts extends WaitingRoom {
  readonly config: Config;
  readonly connections: Connections;
  readonly events: Emitter;
  readonly ledger: Ledger;
  readonly stop: Stop;
  readonly found: readonly LaneToOpen[];
  readonly lanes: Lanes;
  /** Slugs of the bots that objects are warmed for. */
  readonly bots: readonly string[];
  readonly intake: Intake;
  readonly inFlight: InFlight;
  readonly attempts: Attempts;
  readonly settlement: Settlement;
  readonly transfers: Transfers;
  readonly known: KnownPacks;
  readonly answers: OwnAnswers;
  /** Makes the tag of a message; null for one without. */
  readonly tag: () => string | null;
}

/** What is proved of packs, and what proves more of their ids beside the queue. */
export interface KnownPacks {
  readonly packs: Packs;
  readonly trials: Trials;
}

/** Puts together what sends several media in one message. */
export function openPacks(parts: PacksParts) {
  const { ledger, events, bots, intake } = parts;
  const { clock } = parts.connections;
  const { packs, trials } = parts.known;
  const runner = new PackRunner({
    ...parts,
    clock,
    packs,
    attempts: new PackAttempts({ ...parts, clock, useOf: (lane) => packs.useOf(lane) }),
    finished: (task) => intake.finished(task),
  });
  const packing: Packing = {
    finish: () => finishCanaries({ events, ledger, trials, bots }),
    words: () => wordsOf(parts.lanes.all, packs),
  };
  return { packs: runner, packing };
}

/** What packs bring on the lanes that can be sent to, and what it takes to prove more of them. */
export interface PackPlan {
  readonly ahead: (work: WorkMix | null) => PacksAhead;
  /** How many ids are tried for these kinds, by bot. */
  readonly canaries: (kinds: ReadonlyMap<string, ReadonlySet<MediaKind>>) => number;
}

/** What is done about packs beside the queue. */
export interface Packing {
  /** Does what an earlier process left of packs, before anything is planned; for as long as its lanes have to wait. Throws LedgerError. */
  readonly finish: () => Promise<void>;
  /** How each lane uses packs now, and why. */
  readonly words: () => readonly LaneWords[];
}

/** How a lane uses packs, and why, for people. */
export interface LaneWords {
  readonly bot: string;
  readonly chat: string;
  readonly packs: string;
}

/** What is known beforehand of packs on these lanes. */
export async function packPlanOf(
  lanes: readonly Lane[],
  {
    config,
    ledger,
    clock,
    found,
  }: Pick<PacksParts, "config" | "ledger" | "found"> & { readonly clock: Clock },
): Promise<PackPlan> {
  const proofs = await ledger.proofs();
  const typeOf = typesOf(found, await ledger.chatTypes());
  const open = lanes.filter(({ closed }) => closed === null);
  const known = open.map(({ bot: { slug: bot }, chat }) => {
    return { bot, trust: trustOf(proofs, { bot, chat, ...typeOf(chat) }, clock.wall()) };
  });
  const trusts = known.map(({ trust }) => trust);
  return {
    ahead: (work) => packsAhead(config.pack, trusts, mostPackBytes(config.apiLocal), work),
    canaries: (kinds) => canariesOf(config.pack, known, kinds),
  };
}

/** How each lane uses packs now, and why. */
function wordsOf(lanes: readonly Lane[], packs: Packs): LaneWords[] {
  return lanes.map(({ bot: { slug: bot }, chat }) => ({ bot, chat, packs: packs.wordsOf(bot, chat) }));
}

/** What chats are, as these lanes say it, or as earlier processes were told. A group becomes a supergroup under another id. */
function typesOf(found: readonly LaneToOpen[], told: ReadonlyMap<string, string>) {
  const lanes = found.map(({ chat: { id, type }, isAssumed = false }) => ({ id, type, isAssumed }));
  // What one bot was told of a chat holds for another one, which is out there and was told nothing.
  const known = [
    ...lanes.filter(({ isAssumed }) => isAssumed),
    ...[...told].map(([id, type]) => ({ id, type, isAssumed: false })),
    ...lanes.filter(({ isAssumed }) => !isAssumed),
  ];
  const types = new Map(known.map(({ id, type, isAssumed }) => [id, { type, isAssumed }]));
  return (chat: string) => types.get(chat) ?? { type: "supergroup", isAssumed: false };
}

/** What is known of packs on these lanes. */
export async function openKnownPacks({
  config,
  connections,
  events,
  ledger,
  found,
  lanes,
  stop,
  answers,
  tag,
}: Pick<
  PacksParts,
  "config" | "connections" | "events" | "ledger" | "found" | "lanes" | "stop" | "answers" | "tag"
>): Promise<KnownPacks> {
  const { clock } = connections;
  const packs = new Packs({
    clock,
    events,
    rule: config.pack,
    local: config.apiLocal,
    proofs: await ledger.proofs(),
    typeOf: typesOf(found, await ledger.chatTypes()),
    // A ledger that breaks shows at the next attempt, where it stops the run.
    keep: (proof) => void ledger.keepProof(proof).catch(() => {}),
  });
  const { draining } = stop;
  return { packs, trials: new Trials({ clock, events, ledger, lanes, packs, answers, tag, draining }) };
}
