/**
 * Values by name, of the last `atLeast` names and up to twice as many. Two maps, of which the older one is forgotten whole: to look for the
 * oldest entry of one map walks over all that were deleted from its front.
 */
export class Lately<V> {
  readonly #atLeast: number;
  #young = new Map<string, V>();
  #old: ReadonlyMap<string, V> = new Map();

  constructor(atLeast: number) {
    this.#atLeast = atLeast;
  }

  get(name: string): V | undefined {
    const value = this.#young.get(name);
    return value === undefined ? this.#old.get(name) : value;
  }

  /** True when older names were forgotten for it. */
  set(name: string, value: V): boolean {
    this.#young.set(name, value);
    if (this.#young.size < this.#atLeast) return false;
    this.#old = this.#young;
    this.#young = new Map();
    return true;
  }
}
