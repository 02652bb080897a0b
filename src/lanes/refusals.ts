import { type Failure, failure } from "../domain/failure.ts";
import type { MediaKind } from "../domain/media.ts";
import type { Lane } from "./lane.ts";
import type { UnclearRefusal } from "./port.ts";

/** What a lane is suspected of: that its chat takes nothing, or nothing of these kinds. */
export interface Suspicion {
  readonly cause: Failure;
  /** Null for all. */
  readonly kinds: ReadonlySet<MediaKind> | null;
}

/** So many media refused by one text say that the chat is at fault; so many by any, since a text may hold the medium's name. */
const BY_ONE_TEXT = 2;
const BY_ANY_TEXT = 5;

/** What lanes refused by texts that nobody knows, while nothing of that kind went through there. */
export class Refusals {
  readonly #ofLane = new Map<Lane, UnclearRefusal[]>();

  /** Notes a refusal; returns what its lane is suspected of from now on, if it is. */
  note(lane: Lane, refusal: UnclearRefusal): Suspicion | null {
    // While it was under way something of its kind went through: whichever answer was heard first, the lane takes that kind.
    if ((lane.passedAt.get(refusal.kind) ?? Number.NEGATIVE_INFINITY) > refusal.startedAt) return null;
    // Where the kind goes through, what another lane refused as well is rather its own fault.
    if (refusal.again && lane.passed.has(refusal.kind)) return null;
    const known = this.#of(lane).filter(({ medium }) => medium !== refusal.medium);
    this.#ofLane.set(lane, [...known, refusal]);
    return this.about(lane);
  }

  /** What this lane is suspected of by what it refused so far, if it is. */
  about(lane: Lane): Suspicion | null {
    const all = this.#of(lane);
    const refusal = all.at(-1);
    if (!refusal) return null;
    const alike = all.filter((each) => textOf(each) === textOf(refusal));
    if (alike.length >= BY_ONE_TEXT) return suspicionOf(lane, alike, refusal);
    return all.length >= BY_ANY_TEXT ? suspicionOf(lane, all, refusal) : null;
  }

  /** A medium of this kind went through: what was refused of it had reasons of its own. */
  passed(lane: Lane, kind: MediaKind): void {
    if (this.#ofLane.size > 0) this.#keep(lane, (refusal) => refusal.kind !== kind);
  }

  /** This medium is at fault itself: it says nothing about the lanes that refused it. Returns those that nothing is left against. */
  acquit(medium: string): Lane[] {
    const about = [...this.#ofLane.keys()].filter((lane) =>
      this.#of(lane).some((each) => each.medium === medium),
    );
    for (const lane of about) this.#keep(lane, (refusal) => refusal.medium !== medium);
    return about.filter((lane) => this.#of(lane).length < BY_ONE_TEXT);
  }

  /** The lane starts anew. */
  forget(lane: Lane): void {
    this.#ofLane.delete(lane);
  }

  #of(lane: Lane): UnclearRefusal[] {
    return this.#ofLane.get(lane) ?? [];
  }

  #keep(lane: Lane, stays: (refusal: UnclearRefusal) => boolean): void {
    this.#ofLane.set(lane, this.#of(lane).filter(stays));
  }
}

/** Of these kinds only, where others went through. */
function suspicionOf(
  lane: Lane,
  refusals: readonly UnclearRefusal[],
  { failure: last }: UnclearRefusal,
): Suspicion {
  const kinds = new Set(refusals.map(({ kind }) => kind));
  const others = [...lane.passed.keys()].some((kind) => !kinds.has(kind));
  const what = others ? `every ${[...kinds].join(" and ")}` : "whatever is sent there";
  const text = `chat ${lane.chat} refuses ${what}: ${last.message}`;
  // Another code than that of a refusal of Telegram's comes from something in between, and may pass.
  const cause =
    last.code === 400 ? failure("chat_refuses", text, { code: 400 }) : failure("telegram_busy", text);
  return { cause, kinds: others ? kinds : null };
}

/** Numbers in a text, such as sizes and ids, make no other text of it. */
function textOf({ failure: { message } }: UnclearRefusal): string {
  return message.toLowerCase().replace(/\d+/g, "#");
}
