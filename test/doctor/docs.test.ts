import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../src/doctor/checks.ts";

const text = readFileSync(new URL("../../docs/check-env.md", import.meta.url), "utf8");
const anchors = [...text.matchAll(/<a id="check-([a-z0-9-]+)"><\/a>`([a-z0-9-]+)` \| (\w+) \|/g)];

describe("docs/check-env.md", () => {
  it("has an anchor for every check, in their order, with its group", () => {
    expect(anchors.map(([, anchor, id, group]) => [anchor, id, group])).toEqual(
      CHECKS.map(({ id, group }) => [id, id, group]),
    );
  });
});
