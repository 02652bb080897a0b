/** Numbers from 0 up to 1. */
export interface Even {
  next(): number;
  restart(): void;
}

const PLASTIC = 1.324717957244746;

/**
 * Two sequences that go together: pairs of them lie evenly in the square (the R2 sequence of Martin Roberts,
 * extremelearning.com.au, 2018). They begin where a dozen downloads and uploads, taken together, already have the mean of all, and where none of the
 * dozen makes latencies that end so shortly before a tick of two seconds that a late timer would decide.
 */
export const EVEN = {
  download: { step: 1 / PLASTIC, start: 0.2 },
  upload: { step: 1 / PLASTIC ** 2, start: 0.75 },
} as const;

/** Multiples of an irrational step, modulo 1: every way of working gets the same latencies, evenly from the first few on. */
export function evenNumbers({ step, start }: { readonly step: number; readonly start: number }): Even {
  let value = start;
  return {
    next: () => {
      value = (value + step) % 1;
      return value;
    },
    restart: () => {
      value = start;
    },
  };
}
