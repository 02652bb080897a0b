import type { Random } from "../../src/sandbox/profiles.ts";

/** One of these. */
export function pick<T>(random: Random, all: readonly T[]): T {
  return all[Math.floor(random() * all.length)] as T;
}

/** A whole number from one to the other, both included. */
export function between(random: Random, from: number, to: number): number {
  return Math.floor(from + random() * (to + 1 - from));
}
