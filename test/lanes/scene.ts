import { setMaxListeners } from "node:events";
import { Emitter, type LaneView } from "../../src/domain/events.ts";
import { failure } from "../../src/domain/failure.ts";
import { Lane } from "../../src/lanes/lane.ts";
import { Lanes, type LanesOptions } from "../../src/lanes/lanes.ts";
import { FixedPace, type Pace, type PaceCall } from "../../src/lanes/pace.ts";
import type { Ticket } from "../../src/lanes/ticket.ts";
import { botAt } from "../telegram/harness.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** Distance of the slots of a fixed pace, in milliseconds. */
export function gap(perMinute: number): number {
  return 60_000 / (perMinute * 0.99);
}

export function lane(slug = "default", chat = "-1001", pace: Pace = new FixedPace(60)): Lane {
  return new Lane(botAt("http://127.0.0.1:9", { slug }), chat, `chat ${chat}`, pace);
}

/** Lanes on a virtual clock, and all they told. */
export function scene(lanes: readonly Lane[], more: Partial<LanesOptions> = {}) {
  const clock = new VirtualClock();
  const told: LaneView[] = [];
  const log: string[] = [];
  const options: LanesOptions = {
    lanes,
    clock,
    botPaces: new Map(),
    events: new Emitter().on("lane", (view) => told.push(view)),
    sameSize: null,
    keep: ({ chat }) => log.push(`keep ${chat}`),
    migrated: ({ chat }, to) => log.push(`migrated ${chat} to ${to}`),
    changed: () => log.push("changed"),
    ...more,
  };
  return { clock, told, log, lanes: new Lanes(options) };
}

export const GONE = failure("chat_gone", "the chat was deleted");

/** The signal of all waits that nobody stops. */
export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

/** How a call ended that posted, or was told to wait. */
export function ended(floodMs: number | null = null): PaceCall {
  return { times: { started: 0, bodyEnd: 0, ended: 0 }, floodMs, sent: floodMs === null };
}

/** A ticket of the only bot, which must be there. */
export function taken(lanes: Lanes, ahead = Number.MAX_VALUE, now = 5_000): Ticket {
  const ticket = lanes.take("default", "photo", now, ahead);
  if (!ticket) throw new Error("no lane was free");
  return ticket;
}

/** Waits for a ticket, noting when it was ready; `null` until then, `false` when it was lost. */
export function waiting(ticket: Ticket, clock: VirtualClock, uploadBytes = 0, signal = NEVER) {
  const state: { at: number | false | null } = { at: null };
  void ticket.ready(signal, uploadBytes).then((ready) => {
    state.at = ready && clock.now();
  });
  return state;
}
