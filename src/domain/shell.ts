import { posix, win32 } from "node:path";

/** The shell that a hint is written for. */
export type Shell = "sh" | "powershell" | "cmd";

/** What a process knows of whoever started it. */
export interface Invocation {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `process.argv[1]`: the script, absolute, symbolic links as they were typed. */
  readonly script: string;
  /** The working directory. */
  readonly folder: string;
}

/**
 * The shell in front of the user: `sh` everywhere but on Windows, and there in Git Bash and MSYS2, which set SHELL and MSYSTEM.
 * PSModulePath is set for cmd.exe too, with the folders of the machine; PowerShell puts that of the user in front of them
 * (learn.microsoft.com, about_PSModulePath).
 */
export function shellOf({ platform, env }: Pick<Invocation, "platform" | "env">): Shell {
  if (platform !== "win32" || env.SHELL || env.MSYSTEM) return "sh";
  const folders = (env.PSModulePath ?? "").split(";").filter((folder) => folder !== "");
  const ofUser = folders.some((folder) => /[\\/]Documents[\\/](Windows)?PowerShell[\\/]/i.test(folder));
  return ofUser || folders.length >= 3 ? "powershell" : "cmd";
}

/**
 * The command as it was typed: `prewarm` where it is on PATH, `npx prewarm` (or what pnpm, yarn and bun have for it) where a
 * project or npx's cache holds it, else `node <script>`, relative to the working directory where that is shorter.
 */
export function typedCommand(invocation: Invocation): string {
  const { platform, env, script, folder } = invocation;
  const path = platform === "win32" ? win32 : posix;
  if (script === "" || isOnPath(invocation)) return "prewarm";
  if (/[\\/]node_modules[\\/]/.test(script)) return `${runnerOf(env.npm_config_user_agent)} prewarm`;
  const relative = path.relative(folder, script);
  const shown = relative.length < script.length ? relative : script;
  return `node ${/^[\w@%+=:,./\\-]+$/.test(shown) ? shown : `"${shown}"`}`;
}

/** A global installation: a link in a folder of PATH, on Windows `prewarm.cmd` beside the `node_modules` that holds the script. */
function isOnPath({ platform, env, script }: Invocation): boolean {
  if (platform !== "win32") return posix.basename(script) === "prewarm" && !/\/node_modules\//.test(script);
  const shims = script.split(/[\\/]node_modules[\\/]/i)[0]?.toLowerCase();
  const folders = (env.PATH ?? env.Path ?? "").toLowerCase().split(";");
  return shims !== script.toLowerCase() && folders.some((each) => each.replace(/[\\/]+$/, "") === shims);
}

/** `npm/11.4.2 node/v24.1.0 linux x64` and the like (docs.npmjs.com, config user-agent); pnpm, yarn and bun follow it. */
function runnerOf(userAgent = ""): string {
  if (userAgent.startsWith("pnpm/")) return "pnpm exec";
  if (userAgent.startsWith("yarn/")) return "yarn";
  return userAgent.startsWith("bun/") ? "bunx" : "npx";
}
