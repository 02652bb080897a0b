import { readFileSync } from "node:fs";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addCheckEnvFlags } from "../../src/commands/check-env-flags.ts";
import { CHECKS } from "../../src/doctor/checks.ts";

const text = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const anchors = [...text.matchAll(/<a id="check-([a-z0-9-]+)"><\/a>`([a-z0-9-]+)` \| (\w+) \|/g)];

describe("the README", () => {
  it("has an anchor for every check, in their order, with its group", () => {
    expect(anchors.map(([, anchor, id, group]) => [anchor, id, group])).toEqual(
      CHECKS.map(({ id, group }) => [id, id, group]),
    );
  });

  it.each(addCheckEnvFlags(new Command("check-env")).options.map(({ long }) => long))(
    "names the flag %s",
    (flag) => {
      expect(text.includes(`\`${flag}`)).toBe(true);
    },
  );
});
