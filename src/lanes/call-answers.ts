import type { PaceCall } from "./port.ts";
import { SlowAnswers, type Slowness, UNTIMED } from "./slow-answers.ts";

/** Answers to packs of one sort before which none of them is called slow. */
const ENOUGH = 10;
/** Sorts remembered. */
const SORTS = 64;

/** Tells slow answers among calls of one sort each: how long a message of many media takes says nothing about one of few. */
export class CallAnswers {
  readonly #singles = new SlowAnswers();
  readonly #sorts = new Map<string, { readonly answers: SlowAnswers; seen: number }>();

  /** A delay of a single send that is shorter than this goes unnoticed. */
  get blindMs(): number {
    return this.#singles.blindMs;
  }

  /** Takes in how long an answer to this call took. */
  take({ isOther, sort }: PaceCall, ms: number): Slowness {
    if (isOther) return UNTIMED;
    return sort === undefined ? this.#singles.take(ms) : this.#pack(sort, ms);
  }

  #pack(sort: string, ms: number): Slowness {
    const known = this.#sorts.get(sort) ?? { answers: new SlowAnswers(), seen: 0 };
    this.#sorts.set(sort, known);
    const [oldest] = this.#sorts.size > SORTS ? this.#sorts.keys() : [];
    if (oldest !== undefined) this.#sorts.delete(oldest);
    known.seen += 1;
    const slowness = known.answers.take(ms);
    return known.seen > ENOUGH ? slowness : UNTIMED;
  }
}
