import { expect, it } from "vitest";
import { colourFor } from "../../src/reporters/colour.ts";
import { workerState } from "../../src/reporters/status/worker-state.ts";

it("calls a worker silent that was not heard of for a quarter of a minute, whatever it was before", () => {
  const at = "2026-11-27T12:00:20.000Z";
  const colour = colourFor({ stream: {}, env: {}, noColor: true });
  const stateOf = (seen: string, more: object) =>
    workerState(
      { seen: `2026-11-27T12:00:${seen}.000Z`, ...more } as Parameters<typeof workerState>[0],
      at,
      colour,
    );
  expect(stateOf("18", { leads: true })).toBe("leads");
  expect(stateOf("06", {})).toBe("works");
  expect(stateOf("18", { stopped: true, leads: true })).toBe("stopped");
  expect([stateOf("04", { leads: true }), stateOf("04", { stopped: true })]).toEqual(["silent", "silent"]);
});
