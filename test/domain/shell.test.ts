import { describe, expect, it } from "vitest";
import { type Invocation, shellOf, typedCommand } from "../../src/domain/shell.ts";

const MACHINE =
  "C:\\Program Files\\WindowsPowerShell\\Modules;C:\\WINDOWS\\system32\\WindowsPowerShell\\v1.0\\Modules";

function windows(env: Invocation["env"]) {
  return shellOf({ platform: "win32", env: { PSModulePath: MACHINE, ...env } });
}

describe("the shell in front of the user", () => {
  it("is sh everywhere but on Windows, and there in Git Bash", () => {
    for (const platform of ["linux", "darwin", "freebsd"] as const)
      expect(shellOf({ platform, env: { PSModulePath: `/root/.local;${MACHINE};x` } })).toBe("sh");
    expect(windows({ SHELL: "/usr/bin/bash" })).toBe("sh");
    expect(windows({ MSYSTEM: "MINGW64" })).toBe("sh");
  });

  it("is PowerShell where the user's own modules come first, else cmd.exe", () => {
    expect(windows({})).toBe("cmd");
    expect(windows({ PSModulePath: undefined })).toBe("cmd");
    expect(windows({ PSModulePath: `C:\\Users\\an\\Documents\\WindowsPowerShell\\Modules;${MACHINE}` })).toBe(
      "powershell",
    );
    expect(windows({ PSModulePath: "C:\\Users\\an\\OneDrive\\Documents\\PowerShell\\Modules" })).toBe(
      "powershell",
    );
    expect(windows({ PSModulePath: `D:\\mine;${MACHINE};` })).toBe("powershell");
  });
});

describe("the command as it was typed", () => {
  const typed = (script: string, env: Invocation["env"] = {}, folder = "/home/an/shop") =>
    typedCommand({ platform: "linux", env, script, folder });

  it("is prewarm where it was installed globally", () => {
    expect(typed("/usr/local/bin/prewarm")).toBe("prewarm");
    expect(
      typed("/home/an/.npm-global/bin/prewarm", { npm_config_user_agent: "npm/11.4.2 node/v24.1.0" }),
    ).toBe("prewarm");
  });

  it("is npx where a project or npx's cache has it, or what another package manager says", () => {
    const local = "/home/an/shop/node_modules/.bin/prewarm";
    expect(typed(local)).toBe("npx prewarm");
    expect(typed("/home/an/.npm/_npx/691787ea68da6b89/node_modules/.bin/prewarm")).toBe("npx prewarm");
    expect(typed(local, { npm_config_user_agent: "npm/11.4.2 node/v24.1.0 linux x64" })).toBe("npx prewarm");
    expect(typed(local, { npm_config_user_agent: "pnpm/10.1.0 npm/? node/v24.1.0" })).toBe(
      "pnpm exec prewarm",
    );
    expect(typed(local, { npm_config_user_agent: "yarn/4.9.1 npm/? node/v24.1.0" })).toBe("yarn prewarm");
    expect(typed(local, { npm_config_user_agent: "bun/1.2.1 npm/?" })).toBe("bunx prewarm");
  });

  it("is node and the script from a clone, by the shorter of its paths, quoted where it has blanks", () => {
    expect(typed("/home/an/shop/bin/prewarm.js")).toBe("node bin/prewarm.js");
    expect(typed("/home/an/prewarm/bin/prewarm.js")).toBe("node ../prewarm/bin/prewarm.js");
    expect(typed("/opt/prewarm/bin/prewarm.js", {}, "/var/lib/prewarm/data/here")).toBe(
      "node /opt/prewarm/bin/prewarm.js",
    );
    expect(typed("/home/an/my shop/bin/prewarm.js", {}, "/home/an")).toBe('node "my shop/bin/prewarm.js"');
  });

  it("is known on Windows, where the shims of npm call the script inside of node_modules", () => {
    const on = (script: string, PATH = "") =>
      typedCommand({ platform: "win32", env: { PATH }, script, folder: "C:\\shop" });
    const roaming = "C:\\Users\\an\\AppData\\Roaming\\npm";
    const installed = `${roaming}\\node_modules\\prewarm\\bin\\prewarm.js`;
    expect(on(installed, `C:\\Windows;${roaming.toUpperCase()}\\`)).toBe("prewarm");
    expect(on(installed, "C:\\Windows")).toBe("npx prewarm");
    expect(on("C:\\shop\\node_modules\\prewarm\\bin\\prewarm.js", roaming)).toBe("npx prewarm");
    expect(on("C:\\shop\\bin\\prewarm.js", roaming)).toBe("node bin\\prewarm.js");
  });
});
