import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { run } from "../helpers/program.ts";
import { ownTmpdir } from "../helpers/tmpdir.ts";
import { openWorld } from "../helpers/world.ts";

const FULL = 'mount -t tmpfs -o size=8k tmpfs "$TMPDIR" && exec "$@"';
/** Whether this user may mount something in a namespace of its own. */
const mayMount = run("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

it.skipIf(!mayMount)(
  "a plan names the disk of temporary files where that is full (needs `unshare`)",
  async () => {
    const world = await openWorld();
    world.put("a.jpg", { bytes: 1_000 });
    await world.run([]);
    const temporary = ownTmpdir();
    const wrap = (command: readonly string[]) => ["unshare", "-rm", "/bin/sh", "-c", FULL, "sh", ...command];
    const { code, stderr } = await world.start(["run", "--dry-run"], { wrap, env: { TMPDIR: temporary } })
      .ended;
    expect(stderr).toMatch(
      /\nprewarm: \S+\/prewarm-plan-\S+ cannot hold a copy of the ledger, its disk is full; .* TMPDIR /,
    );
    expect(code).toBe(1);
  },
);

it("a plan leaves none behind", async () => {
  const world = await openWorld();
  world.put("a.jpg", { bytes: 1_000 });
  const temporary = ownTmpdir();
  const { code, stdout } = await world.start(["run", "--dry-run"], { env: { TMPDIR: temporary } }).ended;
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("to warm   1 ") });
  expect(readdirSync(temporary)).toEqual([]);
});
