import { describe, expect, it, vi } from "vitest";
import { ownCompletion } from "../../src/commands/complete.ts";
import { completion } from "../../src/commands/completion.ts";
import { programOf } from "../../src/commands/program.ts";
import { run } from "../helpers/program.ts";

const program = programOf({ version: "0", done: () => {}, onRedactor: () => {} });
const complete = (...words: string[]) => ownCompletion(words, program);

describe("completion", () => {
  it.each([
    ["run", "--report", ""],
    ["run", "--manifest", "x/"],
    ["check-env", "--env-file", ""],
    ["sandbox", "--media", "fix"],
    ["import", "old."],
    ["report", ""],
    ["bench", "compare", "base.json", "ne"],
  ])("leaves paths to the shell: %s %s %s", (...words) => {
    expect(complete(...words)).toBe(":0");
  });

  it.each([
    ["run", "--transfer", ""],
    ["run", "--pre"],
    ["run", "--prefix", "cov"],
    ["lookup", "a.jp"],
    ["stat"],
    ["nothing", ""],
  ])("leaves all else to the list of flags and choices: %s %s", (...words) => {
    expect(complete(...words)).toBeNull();
  });

  it("knows the topics of help: commands with what they do, and pages", () => {
    expect(complete("help", "trou")).toBe("troubleshooting\ta page\n:4");
    expect(complete("help", "verif")).toMatch(/^verify\task R2 and Telegram .*\n:4$/);
  });

  it("in bash completes files where nothing else is said, and may be sourced twice", () => {
    let script = "";
    const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      script += String(text);
      return true;
    });
    try {
      expect(completion("bash")).toBe(0);
    } finally {
      spy.mockRestore();
    }
    const ask = 'source /dev/stdin <<< "$script"; source /dev/stdin <<< "$script"; complete -p prewarm';
    expect(run("bash", ["-c", `script=$(cat); ${ask}`], { input: script })).toEqual({
      status: 0,
      said: "complete -o default -F __prewarm_complete prewarm\n",
    });
  });
});
