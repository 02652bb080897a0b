import { spawnSync } from "node:child_process";

/** Whether a program is installed here. */
export function has(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** Runs a program to its end; what it says on both outputs, together. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, input = "" }: { readonly cwd?: string; readonly input?: string } = {},
): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, input, encoding: "utf8" });
  return { status, said: stdout + stderr };
}
