const FIRST_SIZE = 16;

/**
 * A queue with two ends on a ring buffer: push, unshift and shift in constant time. It doubles when full and never
 * shrinks; slots are emptied as they are left, so that nothing shifted is kept alive.
 */
export class Deque<T> {
  #slots: (T | undefined)[] = new Array(FIRST_SIZE);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Puts `item` last. */
  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
  }

  /** Puts `item` first. */
  unshift(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#slots.length - 1);
    this.#slots[this.#head] = item;
    this.#length++;
  }

  /** Takes the first item; `undefined` when there is none. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return item;
  }

  /** The first item, left where it is; `undefined` when there is none. */
  peek(): T | undefined {
    return this.#slots[this.#head];
  }

  /** The size stays a power of two, so that a mask wraps the index. */
  #grow(): void {
    const old = this.#slots;
    const slots = new Array<T | undefined>(old.length * 2);
    for (let at = 0; at < this.#length; at++) slots[at] = old[(this.#head + at) & (old.length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
