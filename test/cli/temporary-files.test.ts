import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openWorld } from "../helpers/world.ts";

const FULL = 'mount -t tmpfs -o size=8k tmpfs "$TMPDIR" && exec "$@"';
/** Whether this user may mount something in a namespace of its own. */
const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

it.skipIf(!mayMount)(
  "a plan names the disk of temporary files where that is full (needs `unshare`)",
  async () => {
    const world = await openWorld();
    world.put("a.jpg");
    await world.run([]);
    const temporary = join(world.dir, "tmp");
    mkdirSync(temporary);
    const wrap = (command: readonly string[]) => ["unshare", "-rm", "/bin/sh", "-c", FULL, "sh", ...command];
    const { code, stderr } = await world.start(["run", "--dry-run"], { wrap, env: { TMPDIR: temporary } })
      .ended;
    expect(stderr).toMatch(
      /\nprewarm: \S+\/tmp\/prewarm-plan-\S+ cannot hold a copy of the ledger, its disk is full; .* TMPDIR /,
    );
    expect(code).toBe(1);
  },
);

it("a plan leaves none behind", async () => {
  const world = await openWorld();
  world.put("a.jpg");
  const temporary = join(world.dir, "tmp");
  mkdirSync(temporary);
  const { code, stdout } = await world.start(["run", "--dry-run"], { env: { TMPDIR: temporary } }).ended;
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining("to warm   1 ") });
  expect(readdirSync(temporary)).toEqual([]);
});
