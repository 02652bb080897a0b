import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run } from "../helpers/program.ts";
import { ownTmpdir } from "../helpers/tmpdir.ts";
import { openWorld } from "../helpers/world.ts";

const READ_ONLY = 'mount -t tmpfs -o ro tmpfs "$PLACE" && exec "$@"';
/** Whether this user may mount something in a namespace of its own. */
const mayMount = run("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

it.skipIf(!mayMount)(
  "a file system that is mounted read-only is called so, and no right is asked for (needs `unshare`)",
  async () => {
    const world = await openWorld();
    world.put("a.jpg", { bytes: 1_000 });
    const place = join(ownTmpdir(), "data");
    mkdirSync(place);
    const wrap = (command: readonly string[]) => [
      "unshare",
      "-rm",
      "/bin/sh",
      "-c",
      READ_ONLY,
      "sh",
      ...command,
    ];
    const env = { PLACE: place, PREWARM_LEDGER: `sqlite:${place}/prewarm.db` };
    const ran = await world.ask(["run"], { wrap, env });
    expect(ran.stderr).toMatch(
      /prewarm\.db lies on a file system that is mounted read-only; mount it for writing; use another --ledger\n$/,
    );
    expect(ran.code).toBe(2);
    const checked = await world.ask(["check-env", "--only", "ledger"], { wrap, env });
    expect(checked.stdout).toContain("mounted read-only");
    expect(checked.stdout).not.toContain("chown");
  },
);
