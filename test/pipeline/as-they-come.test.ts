import { expect, it } from "vitest";
import { asTheyCome } from "../../src/pipeline/as-they-come.ts";
import { VirtualClock } from "../helpers/clock.ts";

function scene() {
  const draining = new AbortController();
  const late: string[] = [];
  let tell: (made: readonly string[]) => void = () => {};
  let end: () => void = () => {};
  const work = (given: typeof tell) => {
    tell = given;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  const take = (made: string) => void late.push(made);
  const coming = asTheyCome(work, new VirtualClock(), { draining: draining.signal, take });
  const said = (...made: string[]) => tell(made);
  return { draining, late, coming, said, end: () => end() };
}

it("yields what is told, and ends with the work", async () => {
  const { coming, said, end, late } = scene();
  const first = coming.next();
  said("a", "b");
  expect(await first).toEqual({ done: false, value: ["a", "b"] });
  const second = coming.next();
  end();
  expect(await second).toEqual({ done: true, value: undefined });
  expect(late).toEqual([]);
});

it("tells late what is told once the run drains, and what its reader has left", async () => {
  const draining = scene();
  const waiting = draining.coming.next();
  draining.draining.abort();
  draining.said("a");
  draining.end();
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(draining.late).toEqual(["a"]);

  const left = scene();
  const first = left.coming.next();
  left.said("a");
  await first;
  left.said("b");
  await left.coming.return(undefined);
  left.said("c");
  expect(left.late).toEqual(["b", "c"]);
});
