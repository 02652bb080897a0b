import { expect, it } from "vitest";
import { quietLine } from "../../../src/reporters/run/ending.ts";
import { failedItem, item, lost, scene, tooBig } from "../sample-events.ts";

const options = {
  command: "prewarm run",
  status: "prewarm status",
  stopped: false,
  ledger: "prewarm.db",
  width: 80,
  exitCode: 3,
};

it("says why a quiet run did not end well, and what to do about the one reason", () => {
  const { tally, events } = scene();
  events.emit("item", item());
  events.emit("item", failedItem(tooBig, { key: "big.mp4", left: true, attempts: 0 }));
  expect(quietLine(tally.snapshot(), options)).toBe(
    "prewarm run: exit code 3: 1 failed, 0 unknown (file_too_big), 1 of them left as earlier runs found them; " +
      "e.g. big.mp4. Next: use a Bot API server of your own in local mode (`--api-root`, `--api-local`): it takes 2000 MB; " +
      "or leave it out by `--exclude KEY`, and the run ends 0",
  );
});

it("names every reason where there are several, and the command to run next", () => {
  const { tally, events } = scene();
  for (const key of ["big.mp4", "huge.mp4"]) events.emit("item", failedItem(tooBig, { key }));
  events.emit("item", failedItem(lost, { key: "x\u202e.jpg" }));
  expect(quietLine(tally.snapshot(), options)).toBe(
    "prewarm run: exit code 3: 2 failed, 1 unknown (file_too_big 2, answer_lost); e.g. big.mp4. " +
      "Next: prewarm run --only unknown",
  );
});
