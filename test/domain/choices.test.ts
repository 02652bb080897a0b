import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addRunFlags } from "../../src/commands/run-flags.ts";
import { readRunOptions } from "../../src/config/run-options.ts";
import { MANIFEST_FORMATS, ORDERS, SELECTIONS, TRANSFER_MODES } from "../../src/domain/choices.ts";

const values = (flag: string) =>
  addRunFlags(new Command()).options.find(({ long }) => long === flag)?.argChoices;

describe("the values of a flag", () => {
  it.each([
    ["--manifest-format", MANIFEST_FORMATS],
    ["--order", ORDERS],
    ["--transfer", TRANSFER_MODES],
  ])("of %s are those that the command takes", (flag, choices) => {
    expect(values(flag)).toEqual(choices);
  });

  it("of --order and --transfer begin with the default", () => {
    const { order, transfer } = readRunOptions({});
    expect([order, transfer]).toEqual([ORDERS[0], TRANSFER_MODES[0]]);
  });

  it("of --only can be given together, and no others", () => {
    expect(readRunOptions({ only: SELECTIONS.join(",") }).only).toEqual(SELECTIONS);
    expect(() => readRunOptions({ only: "ready" })).toThrow("it must be one of failed, unknown, weak");
  });
});
