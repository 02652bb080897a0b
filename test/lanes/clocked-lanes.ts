import { setMaxListeners } from "node:events";
import { Emitter, type EventMap, type LaneView } from "../../src/domain/events.ts";
import { type Failure, failure } from "../../src/domain/failure.ts";
import { Lane } from "../../src/lanes/lane.ts";
import { Lanes } from "../../src/lanes/lanes.ts";
import type { LanesOptions } from "../../src/lanes/lanes-options.ts";
import { FixedPace } from "../../src/lanes/pace.ts";
import type { LanePermit } from "../../src/lanes/permit.ts";
import type { Pace } from "../../src/lanes/port.ts";
import type { SendAnswer } from "../../src/telegram/port.ts";
import { VirtualClock } from "../helpers/clock.ts";
import { botAt } from "../telegram/scripted-server.ts";

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
  const notices: string[] = [];
  const log: string[] = [];
  const moved: EventMap["laneMoved"][] = [];
  const options: LanesOptions = {
    lanes,
    clock,
    botPaces: new Map(),
    events: new Emitter()
      .on("lane", (view) => told.push(view))
      .on("notice", ({ text }) => notices.push(text))
      .on("laneMoved", (move) => moved.push(move)),
    sameSize: null,
    keep: ({ chat }) => log.push(`keep ${chat}`),
    migrated: ({ chat }, to) => log.push(`migrated ${chat} to ${to}`),
    changed: () => log.push("changed"),
    noneOpen: ({ reason }) => log.push(`none open: ${reason}`),
    ...more,
  };
  return { clock, told, notices, log, moved, lanes: new Lanes(options) };
}

export const GONE = failure("chat_gone", "the chat was deleted");

/** The signal of all waits that nobody stops. */
export const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

const TIMES = { started: 0, bodyEnd: 0, ended: 0 };

/** The answer to a call that posted. */
export const POSTED: SendAnswer = {
  ok: true,
  times: TIMES,
  value: {
    chatId: "-1",
    messageId: 1,
    kind: "photo",
    fileId: "id",
    fileUniqueId: "unique",
    width: null,
    height: null,
    duration: null,
    mime: null,
  },
};

/** The answer to a call that failed with this. */
export function refused(cause: Failure): SendAnswer {
  return { ok: false, times: TIMES, failure: cause };
}

/** The answer to a call that was told to wait. */
export function flooded(ms: number): SendAnswer {
  return refused(failure("flood_wait", "429", { retryAfterMs: ms }));
}

/** A permit of the only bot, which must be there. */
export function taken(lanes: Lanes, ahead = Number.MAX_VALUE, now = 5_000): LanePermit {
  const permit = lanes.take("default", "photo", now, ahead);
  if (!permit) throw new Error("no lane was free");
  return permit;
}

/** Waits for a permit, noting when it was ready; `null` until then, `false` when it was lost. */
export function waiting(permit: LanePermit, clock: VirtualClock, uploadBytes = 0, signal = NEVER) {
  const state: { at: number | false | null } = { at: null };
  void permit.ready(signal, uploadBytes).then((ready) => {
    state.at = ready && clock.now();
  });
  return state;
}
