import type { Emitter } from "../domain/events.ts";
import type { LookFacts, LookWay, Neighbour } from "../ledgers/look-port.ts";
import type { SeenMessage } from "../telegram/port.ts";
import type { Sight } from "./absence.ts";
import type { Place } from "./asking.ts";
import { type LookAnswer, type LookOptions, look } from "./look.ts";

export interface SightsOptions extends LookOptions {
  readonly events: Emitter;
}

/** The lost call that a look is for. */
type LookedFor = Pick<LookFacts, "attempt">;

/** Ids that are remembered at most: what was forgotten is asked for again. */
const REMEMBERED = 10_000;

/** What was seen in a chat, by its ids. What stands under an id below that of another message does not change. */
export class Sights {
  readonly #place: Place;
  readonly #options: SightsOptions;
  readonly #seen = new Map<number, LookAnswer>();
  /** Ids of which something else may be seen later: above all that was posted, or not answered. */
  readonly #doubtful = new Set<number>();
  /** Copies that looks made: they are posts of ours like others, also once they are deleted. */
  readonly #copies: Neighbour[] = [];
  #canEdit = false;
  #unanswered = 0;

  constructor(place: Place, options: SightsOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** A message was edited: what may not be edited is not ours. */
  get canEdit(): boolean {
    return this.#canEdit;
  }

  /** Forwards in a row to which no answer came, however often they were made. */
  get unanswered(): number {
    return this.#unanswered;
  }

  has(id: number): boolean {
    return this.#seen.has(id);
  }

  /** An edit of it was refused, or showed nothing. */
  isRefused(id: number): boolean {
    const seen = this.#seen.get(id);
    return seen === "locked" || seen === "unclear";
  }

  sightOf(id: number): Sight | undefined {
    const seen = this.#seen.get(id);
    if (seen === undefined || seen === "missing") return seen;
    return seen === "unclear" || seen === "protected" ? "unclear" : "other";
  }

  /** The messages that were seen under some of these ids. */
  messagesAmong(ids: readonly number[]): { readonly id: number; readonly seen: SeenMessage }[] {
    return ids.flatMap((id) => {
      const seen = this.#seen.get(id);
      return seen === undefined || typeof seen === "string" ? [] : [{ id, seen }];
    });
  }

  /** These and the copies of looks, in the order of their ids. */
  withCopies(neighbours: readonly Neighbour[]): readonly Neighbour[] {
    return [...neighbours, ...this.#copies].sort((a, b) => a.messageId - b.messageId);
  }

  /** Looks at one message; `top` is the highest id that was posted for sure. Throws LedgerError. */
  async look(call: LookedFor, messageId: number, way: LookWay, top: number): Promise<LookAnswer> {
    const seen = await this.probe(call, messageId, way);
    if (this.#seen.size >= REMEMBERED) this.#seen.clear();
    this.#seen.set(messageId, seen);
    if (messageId > top || seen === "unclear" || seen === "protected") this.#doubtful.add(messageId);
    return seen;
  }

  /** Looks at a message that is known, for a forward also one in another chat (`from`). Throws LedgerError. */
  async probe({ attempt }: LookedFor, messageId: number, way: LookWay, from?: string): Promise<LookAnswer> {
    const { clock, events } = this.#options;
    const { bot, chatId } = this.#place;
    const copied = (copyId: number) => {
      const now = clock.wall();
      // Made just now, it is behind every call that was lost.
      this.#copies.push({
        chatId,
        attempt: null,
        look: null,
        behind: Number.MAX_SAFE_INTEGER,
        isGone: true,
        lastBegun: null,
        messageId: copyId,
        startedAt: now,
        endedAt: now,
      });
    };
    const answered = (isAnswered: boolean) => {
      this.#unanswered = isAnswered ? 0 : this.#unanswered + 1;
    };
    const asked = { ...this.#options, copied, answered, from };
    const seen = await look({ ...this.#place, attempt, messageId, way }, asked);
    events.emit("look", {
      bot,
      chat: chatId,
      messageId,
      way,
      seen: typeof seen === "string" ? seen : "message",
    });
    if (way === "edit" && typeof seen !== "string") this.#canEdit = true;
    return seen;
  }

  /** The chat may answer by now. */
  forgetUnanswered(): void {
    this.#unanswered = 0;
  }

  /** What may be seen otherwise by now is asked for again. */
  forgetDoubtful(): void {
    for (const id of this.#doubtful) this.#seen.delete(id);
    this.#doubtful.clear();
  }

  /** What an edit did not show is asked for another way. */
  forgetRefused(): void {
    for (const id of [...this.#seen.keys()]) if (this.isRefused(id)) this.#seen.delete(id);
  }
}
