const FIRST_SIZE = 16;

/**
 * A double-ended queue on a ring buffer: push, unshift and shift take constant time. It doubles when full and never shrinks;
 * slots are cleared as items leave, so that they can be collected.
 */
export class Deque<T> {
  #slots: (T | undefined)[] = new Array(FIRST_SIZE);
  #head = 0;
  #length = 0;

  /** How many items are in here. */
  get length(): number {
    return this.#length;
  }

  /** Adds `item` at the end. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  /** Adds `item` at the front. */
  unshift(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#length++;
  }

  /** Removes and returns the first item; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return item;
  }

  /** Returns the first item without removing it; `undefined` when there is none. */
  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  /** Doubles the size, which stays a power of two, so that a mask wraps the index. */
  #grow(): void {
    const old = this.#slots;
    const slots = new Array<T | undefined>(old.length * 2);
    for (let at = 0; at < this.#length; at++) slots[at] = old[(this.#head + at) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
