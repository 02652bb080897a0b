import fc from "fast-check";

/** How many times as many cases as usual; above 1 they are others each time, and a failure names the seed that shows it again. */
const TIMES = Math.max(1, Number(process.env.FC_RUNS ?? 1));
const SEED = process.env.FC_SEED ?? (TIMES > 1 ? null : 20260101);

/** Fails with the smallest case that breaks the property. The same cases each time, unless `FC_RUNS` asks for more. */
export async function holds<Drawn>(
  drawn: fc.Arbitrary<Drawn>,
  isSo: (value: Drawn) => void | Promise<void>,
  runs = 100,
): Promise<void> {
  const seed = SEED === null ? {} : { seed: Number(SEED) };
  await fc.assert(
    fc.asyncProperty(drawn, async (value) => isSo(value)),
    { numRuns: runs * TIMES, ...seed },
  );
}
