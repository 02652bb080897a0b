import { parseEnv } from "node:util";
import { expect, it } from "vitest";
import { environmentLines } from "../../src/commands/sandbox.ts";
import { wordingFor } from "../../src/domain/wording.ts";

const ENV = { R2_ENDPOINT: "http://127.0.0.1:9000", WARMUP_CHAT_ID: "-1001,-1002" };

it("the environment of a sandbox is a .env where it is written to a file", () => {
  const lines = environmentLines(ENV, null);
  expect(lines).toBe("R2_ENDPOINT=http://127.0.0.1:9000\nWARMUP_CHAT_ID=-1001,-1002\n");
  expect(parseEnv(lines)).toEqual(ENV);
});

it.each([
  ["sh", "export R2_ENDPOINT=http://127.0.0.1:9000\nexport WARMUP_CHAT_ID=-1001,-1002\n"],
  ["powershell", "$env:R2_ENDPOINT = 'http://127.0.0.1:9000'\n$env:WARMUP_CHAT_ID = '-1001,-1002'\n"],
  ["cmd", 'set "R2_ENDPOINT=http://127.0.0.1:9000"\nset "WARMUP_CHAT_ID=-1001,-1002"\n'],
] as const)("it is for pasting into %s on a terminal", (shell, lines) => {
  expect(environmentLines(ENV, wordingFor({ shell, command: "prewarm" }))).toBe(lines);
});
