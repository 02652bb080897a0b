import type { Clock } from "../domain/clock.ts";
import type { MediaKind } from "../domain/media.ts";
import type { LaneBoard, Permit } from "../lanes/port.ts";
import { AGAIN_MS, readFileAnswer } from "./file-answer.ts";

interface AskedFile {
  /** Slug. */
  readonly bot: string;
  /** The kind that it is stored under. */
  readonly kind: MediaKind;
  readonly fileId: string;
}

interface AskFileOptions {
  readonly clock: Clock;
  readonly lanes: LaneBoard;
  readonly draining: AbortSignal;
}

/** Milliseconds of the engine's clock that a slot may be away, and between two looks for one. */
const [AHEAD_MS, LOOK_MS] = [60_000, 250];
/** Looks for a slot: a lane that is busy for so long is left to its work. */
const LOOKS = 40;

/**
 * Asks Telegram whether an id still works, each time on a slot of one of its bot's lanes. Where it says that the file may be
 * `temporarily unavailable`, it is asked twice. Null where it gave no answer that decides.
 */
export async function askFile(file: AskedFile, options: AskFileOptions): Promise<"alive" | "dead" | null> {
  const first = await askOnce(file, options);
  if (first !== "away") return first;
  await options.clock.sleep(AGAIN_MS, options.draining);
  const second = await askOnce(file, options);
  return second === "away" ? "dead" : second;
}

async function askOnce(
  { bot, kind, fileId }: AskedFile,
  options: AskFileOptions,
): Promise<"alive" | "dead" | "away" | null> {
  const permit = await slotOf(bot, kind, options);
  if (!permit) return null;
  try {
    if (!(await permit.ready(options.draining, 0))) return null;
    return readFileAnswer(await permit.lane.bot.checkFile(fileId));
  } finally {
    permit.drop();
  }
}

/** Nobody posts by it, so its lane learns nothing of its answer. */
async function slotOf(
  bot: string,
  kind: MediaKind,
  { lanes, clock, draining }: AskFileOptions,
): Promise<Permit | null> {
  for (let look = 0; look < LOOKS && lanes.isOpen(bot, kind) && !draining.aborted; look++) {
    const permit = lanes.take(bot, kind, clock.now(), AHEAD_MS);
    if (permit) return permit;
    await clock.sleep(LOOK_MS, draining);
  }
  return null;
}
