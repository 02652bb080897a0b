import { describe, expect, it } from "vitest";
import { colourFor } from "../../src/reporters/colour.ts";

const terminal = { isTTY: true, getColorDepth: () => 8 };

const rows: [title: string, stream: object, env: Record<string, string>, noColor: boolean, level: number][] =
  [
    ["a terminal gets as many colours as it shows", terminal, { TERM: "xterm-256color" }, false, 2],
    ["a terminal with true colour", { isTTY: true, getColorDepth: () => 24 }, {}, false, 3],
    ["a terminal without colours", { isTTY: true, getColorDepth: () => 1 }, {}, false, 0],
    ["a pipe gets none", {}, { TERM: "xterm" }, false, 0],
    ["NO_COLOR takes them away", terminal, { NO_COLOR: "1" }, false, 0],
    ["an empty NO_COLOR does not", terminal, { NO_COLOR: "" }, false, 2],
    ["NO_COLOR wins over FORCE_COLOR", terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }, false, 0],
    ["FORCE_COLOR colours a pipe", {}, { FORCE_COLOR: "1" }, false, 1],
    ["FORCE_COLOR wins over TERM=dumb", {}, { FORCE_COLOR: "3", TERM: "dumb" }, false, 3],
    ["FORCE_COLOR=0 takes them away", terminal, { FORCE_COLOR: "0" }, false, 0],
    ["TERM=dumb takes them away", terminal, { TERM: "dumb" }, false, 0],
    ["--no-color wins over all", terminal, { FORCE_COLOR: "3" }, true, 0],
  ];

describe("colourFor", () => {
  it.each(rows)("%s", (_title, stream, env, noColor, level) => {
    const colour = colourFor({ stream, env, noColor });
    expect(colour.level).toBe(level);
    expect(colour.red("x") === "x").toBe(level === 0);
  });
});
