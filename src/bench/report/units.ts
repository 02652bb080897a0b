type Family = Readonly<Record<string, number>>;

const FAMILIES: readonly Family[] = [
  { ns: 1, us: 1e3, ms: 1e6, s: 1e9 },
  { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 },
  { "%": 0.01, x: 1 },
  { "/min": 1, "/s": 60 },
];

/** Units that a gate may carry. */
export const UNITS: readonly string[] = FAMILIES.flatMap(Object.keys);

/**
 * A value in another unit of the same family: `50%` is 0.5 x, `1s` is 1000 ms. Things are left out on both sides:
 * `/min` fits `items/min`, `us` fits `us/item`. Null where the units do not fit.
 */
export function convert(value: number, from: string, to: string): number | null {
  const source = bare(from);
  const target = bare(to);
  if (source === "" || source === target) return value;
  for (const family of FAMILIES) {
    const [a, b] = [family[source], family[target === "" ? "x" : target]];
    if (a !== undefined && b !== undefined) return (value * a) / b;
  }
  return null;
}

/** `items/min` as `/min`, `us/item` as `us`, the Greek letter of a microsecond as `u`. */
function bare(unit: string): string {
  const plain = unit.trim().replace(/^[\u00b5\u03bc]s/, "us");
  const rate = /\/(?:min|s)$/.exec(plain);
  return rate ? rate[0] : (plain.split("/")[0] ?? "");
}
