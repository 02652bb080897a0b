import type { Clock } from "../domain/clock.ts";
import type { Failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { CallAnswer } from "../telegram/port.ts";
import type { Lane, LaneCall } from "./lane.ts";
import type { Pace, PaceCall, PackedKinds, Permit } from "./port.ts";
import type { BotPace, SizeSpacing } from "./spacing.ts";

export interface PermitOptions {
  readonly clock: Clock;
  readonly botPace: BotPace | undefined;
  /** Null for a server that does not space uploads of one size. */
  readonly sameSize: SizeSpacing | null;
  /** Called with what an answer said, and by which chat, while the lane still counts as busy. */
  readonly failed: (cause: Failure, asked: string) => void;
  /** Called when it posted, for each medium of a call with several, with its kind. */
  readonly passed: (kind?: MediaKind) => void;
  /** Called when it takes slots, and when its call begins: its lane is free at another moment. */
  readonly moved: () => void;
  /** Called once, when the permit is used up. */
  readonly ended: () => void;
}

/**
 * A freeze that ends within this time is waited for; a longer one sends the item back, so that it does not occupy a
 * place of the pool.
 */
const SHORT_WAIT_MS = 1_000;

/** A {@link Permit} for one of the lanes of lanes.ts. */
export class LanePermit implements Permit {
  readonly lane: Lane;
  readonly #options: PermitOptions;
  /** That of the lane when the permit was given out; another owner of the lane begins another one. */
  readonly #pace: Pace;
  readonly #call: LaneCall = { startedAt: null };
  readonly #slotAt: number;
  #botAt = Number.NEGATIVE_INFINITY;
  #size = { bytes: 0, at: Number.NEGATIVE_INFINITY };
  /** Further slots that it takes. */
  readonly #more: number[] = [];
  /** The chat of the lane when the call began. */
  #asked: string;
  #hasLeft = false;

  constructor(lane: Lane, options: PermitOptions) {
    this.lane = lane;
    this.#options = options;
    this.#asked = lane.chat;
    // Not before the deadline of the lane, or the next slots would be too close to the real start of this call.
    this.#pace = lane.pace;
    this.#slotAt = this.#pace.take(Math.max(options.clock.now(), lane.frozenUntil));
    lane.calls.add(this.#call);
    options.moved();
  }

  widen(slots: number): void {
    while (this.#more.length < slots - 1) this.#more.push(this.#pace.take(this.#options.clock.now()));
    this.#options.moved();
  }

  async ready(signal: AbortSignal, uploadBytes: number): Promise<boolean> {
    const { clock, botPace, sameSize } = this.#options;
    const { lane } = this;
    const slot = botPace?.take(clock.now(), 1 + this.#more.length) ?? Number.NEGATIVE_INFINITY;
    const size = sameSize?.take(lane.bot.slug, uploadBytes, clock.now()) ?? Number.NEGATIVE_INFINITY;
    const isKnown = typeof slot === "number" && typeof size === "number";
    const [botAt, sizeAt] = isKnown ? [slot, size] : await Promise.all([slot, size]);
    this.#botAt = botAt;
    this.#size = { bytes: uploadBytes, at: sizeAt };
    for (let now = clock.now(); ; now = clock.now()) {
      if (signal.aborted || !this.#mayWait(now)) {
        this.giveBack();
        return false;
      }
      const at = Math.max(this.#slotAt, lane.frozenUntil, this.#botAt, this.#size.at);
      if (at <= now) break;
      await clock.sleep(at - now, signal);
    }
    this.#call.startedAt = clock.now();
    this.#asked = lane.chat;
    this.#pace.started(this.#slotAt, this.#call.startedAt);
    this.#options.moved();
    return true;
  }

  #mayWait(now: number): boolean {
    const { closed, frozenUntil } = this.lane;
    return closed === null && this.lane.isOurs(now) && frozenUntil <= now + SHORT_WAIT_MS;
  }

  leaves(): boolean {
    const { lane } = this;
    const now = this.#options.clock.now();
    if (lane.closed !== null || !lane.isOurs(now) || lane.chat !== this.#asked || lane.frozenUntil > now)
      return false;
    this.#left(now);
    return true;
  }

  /** Its slots are those of a call that left then. */
  #left(at: number): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    for (const slotAt of [this.#slotAt, ...this.#more]) this.#pace.left?.(slotAt, Math.max(slotAt, at));
    this.#options.moved();
  }

  end(answer: CallAnswer<unknown>, call?: "other" | PackedKinds): void {
    if (!this.lane.calls.has(this.#call)) throw new Error("a permit that was used up ends a second time");
    this.#left(answer.times.started);
    this.#pace.ended(paceCallOf(answer, this.#slotAt, call));
    if (answer.ok) {
      if (call !== "other") this.#posted(call?.kinds ?? [undefined]);
    } else this.#options.failed(answer.failure, this.#asked);
    this.#close();
  }

  drop(): void {
    if (this.#call.startedAt === null && this.lane.calls.has(this.#call))
      for (const slotAt of [this.#slotAt, ...this.#more].reverse()) this.#pace.giveBack(slotAt);
    this.#close();
  }

  giveBack(): void {
    if (!this.lane.calls.has(this.#call)) return;
    const { botPace, sameSize } = this.#options;
    botPace?.giveBack(this.#botAt);
    sameSize?.giveBack(this.lane.bot.slug, this.#size.bytes, this.#size.at);
    this.#call.startedAt = null;
    this.drop();
  }

  #posted(kinds: readonly (MediaKind | undefined)[]): void {
    this.lane.sent += kinds.length;
    for (const kind of kinds) this.#options.passed(kind);
  }

  #close(): void {
    if (this.#call.startedAt !== null) this.#left(this.#call.startedAt);
    if (this.lane.calls.delete(this.#call)) this.#options.ended();
  }
}

function paceCallOf(
  answer: CallAnswer<unknown>,
  slotAt: number,
  call: "other" | PackedKinds | undefined,
): PaceCall {
  const isTrial = typeof call === "object" && call.isTrial === true;
  const flood = answer.ok || answer.failure.class !== "flood" || isTrial ? null : answer.failure;
  return {
    slotAt,
    times: answer.times,
    floodMs: flood && (flood.retryAfterMs ?? 0),
    sent: answer.ok,
    isOther: call === "other",
    ...(typeof call === "object" ? { sort: sortOf(call) } : {}),
  };
}

/** Packs of like size: in media and in bytes, each within a factor of two. */
function sortOf({ kinds, uploadBytes }: PackedKinds): string {
  return `${Math.floor(Math.log2(kinds.length))}/${Math.floor(Math.log2(uploadBytes + 1))}`;
}
