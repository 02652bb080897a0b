import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { start } from "../helpers/child.ts";
import { playHere } from "./seeded/batch.ts";
import { main } from "./seeded/main.ts";

const PROGRAM = fileURLToPath(new URL("simulate.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const simulate = (...args: string[]) => start([process.execPath, PROGRAM, ...args], { cwd: ROOT, env: {} });

/** `started` has begun to play. */
async function playing(started: ReturnType<typeof simulate>): Promise<void> {
  await expect.poll(() => started.shown()).toContain("seeds from 1\n");
}

it("plays batches in processes of their own to the same sums", async () => {
  const { code, stdout } = await simulate("--from", "1", "--count", "6", "--batch", "2", "--jobs", "2").ended;
  expect(code).toBe(0);
  const here: string[] = [];
  await main(["--from", "1", "--count", "6"], { say: (line) => here.push(line), play: playHere });
  const sumOf = (line = "") => line.replace(/\d+ an hour/, "");
  expect(sumOf(stdout.trim().split("\n").at(-1))).toBe(sumOf(here.at(-1)));
});

// It has ended only once nobody holds its stdout any more, its batches included.
it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("leaves no process behind at %s, and tells what was played", async (signal, code) => {
  const started = simulate("--from", "1", "--count", "1000000", "--jobs", "2");
  await playing(started);
  started.signal(signal);
  const ended = await started.ended;
  expect(ended.stdout).toMatch(/\d+ schedules, .* 0 violations\n$/);
  expect(ended.code).toBe(code);
});

it("leaves no process behind when it is killed", async () => {
  const started = simulate("--from", "1", "--count", "1000000");
  await playing(started);
  started.signal("SIGKILL");
  expect((await started.ended).signal).toBe("SIGKILL");
});
