import { describe, expect, it } from "vitest";
import {
  areAllStopped,
  isReadElsewhere,
  orderOf,
  stoppedTitle,
} from "../../../src/admin/page/fleet-state.js";

type Status = Parameters<typeof orderOf>[0];
type Worker = NonNullable<Status["fleet"]>["workers"][number];

/** The page of worker 1, which runs or not, in a fleet of these. */
function pageOf(running: boolean, ...workers: readonly Partial<Worker>[]): Status {
  const all = workers.map((more, at) => ({ id: at + 1, stopped: false, leads: false, ...more }));
  return { worker_running: running, fleet: { id: 1, workers: all } } as unknown as Status;
}
const alone = (running: boolean) => ({ worker_running: running, fleet: null }) as Status;

describe("the status page of a fleet", () => {
  it("starts all with its button where all are stopped, since one does not start alone then", () => {
    const [all, one] = [
      pageOf(false, { stopped: true }, { stopped: true }),
      pageOf(false, { stopped: true }, {}),
    ];
    expect([areAllStopped(all), areAllStopped(one), areAllStopped(alone(false))]).toEqual([
      true,
      false,
      false,
    ]);
    expect(orderOf(all)).toEqual({ action: "start", worker: "all" });
    expect([orderOf(one), orderOf(alone(false))]).toEqual([{ action: "start" }, { action: "start" }]);
    expect([orderOf(pageOf(true, {})), orderOf(alone(true))]).toEqual([
      { action: "stop" },
      { action: "stop" },
    ]);
  });

  it("says who is stopped, and whether another worker reads the sources", () => {
    expect(stoppedTitle(alone(false))).toBe("Stopped.");
    expect(stoppedTitle(pageOf(false, { stopped: true }, {}))).toBe("This worker is stopped, others go on.");
    expect(stoppedTitle(pageOf(false, { stopped: true }, { stopped: true }))).toBe(
      "All workers are stopped.",
    );
    expect(isReadElsewhere(pageOf(true, { leads: true }, {}))).toBe(false);
    expect([isReadElsewhere(pageOf(true, {}, { leads: true })), isReadElsewhere(alone(true))]).toEqual([
      true,
      false,
    ]);
  });
});
