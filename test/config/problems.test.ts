import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/error.ts";
import { flagOf, nameOfFlag } from "../../src/config/flag-name.ts";
import { wholeNumber } from "../../src/config/parse.ts";
import { Problems, readTogether } from "../../src/config/problems.ts";

function refuse(...problems: string[]): () => never {
  return () => {
    throw new ConfigError(problems);
  };
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}

describe("problems", () => {
  it("are collected from several readers and thrown as one error with the way out", () => {
    const problems = new Problems();
    expect(problems.try(refuse("no bucket", "no token"), "nothing")).toBe("nothing");
    expect(problems.try(() => 5, 0)).toBe(5);
    expect(problems.parse('--limit "0":', () => wholeNumber(1)("0"), undefined)).toBeUndefined();
    problems.add("something else");
    const error = thrownBy(() => problems.throwIfAny("try the sandbox"));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({
      problems: ["no bucket", "no token", '--limit "0": it must be a whole number from 1', "something else"],
      hint: "try the sandbox",
    });
  });

  it("do not hide a bug", () => {
    const bug = () => {
      throw new TypeError("not a function");
    };
    expect(() => new Problems().try(bug, 0)).toThrow(TypeError);
    expect(() => new Problems().parse("--limit", bug, 0)).toThrow(TypeError);
  });

  it("throw nothing where there are none", () => {
    expect(() => new Problems().throwIfAny()).not.toThrow();
  });
});

describe("flags and configuration", () => {
  const hint = "try the sandbox";

  it("are read together when nothing is wrong", () => {
    const read = readTogether(
      () => ({ limit: 1 }),
      () => ({ bucket: "media" }),
    );
    expect(read).toEqual({ options: { limit: 1 }, config: { bucket: "media" } });
  });

  it("are reported together, with the hint only where values are not set", () => {
    const incomplete = () => {
      throw new ConfigError(["a setting"], null, true);
    };
    const both = thrownBy(() => readTogether(refuse("a flag"), incomplete, hint));
    expect(both).toMatchObject({ problems: ["a flag", "a setting"], hint });
    const wrong = thrownBy(() => readTogether(refuse("a flag"), refuse("a setting"), hint));
    expect(wrong).toMatchObject({
      problems: ["a flag", "a setting"],
      hint: "`prewarm check-env` shows where each value comes from.",
    });
    const flags = thrownBy(() => readTogether(refuse("a flag"), () => ({}), hint));
    expect(flags).toMatchObject({ problems: ["a flag"], hint: null });
  });
});

describe("the name of a flag", () => {
  it.each(["limit", "max-failures", "r2-port", "time-scale"])("goes there and back: --%s", (flag) => {
    expect(flagOf(nameOfFlag(flag))).toBe(`--${flag}`);
  });
});
