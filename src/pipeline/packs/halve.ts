/** Media that were refused together, so that at least one of them is at fault: which of them go next, and which wait. */
export interface Halves<T> {
  readonly first: readonly T[];
  readonly rest: readonly T[];
}

/** What is known once the first half was tried. */
export interface Narrowed<T> {
  /** At least one of these is at fault. */
  readonly suspects: readonly T[];
  /** Nothing is held against these any more; they were not posted. */
  readonly free: readonly T[];
}

/** Splits media that were refused together, two at least. */
export function halve<T>(suspects: readonly T[]): Halves<T> {
  const middle = suspects.length >> 1;
  return { first: suspects.slice(0, middle), rest: suspects.slice(middle) };
}

/**
 * Where the fault is, once the first half was tried by itself: in that half when it was refused as well, else in the other,
 * which need not be tried to know it. So one bad medium in n costs log2(n) calls.
 */
export function narrow<T>({ first, rest }: Halves<T>, isRefused: boolean): Narrowed<T> {
  return isRefused ? { suspects: first, free: rest } : { suspects: rest, free: [] };
}
