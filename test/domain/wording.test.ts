import { describe, expect, it } from "vitest";
import type { Shell } from "../../src/domain/shell.ts";
import { wordingFor } from "../../src/domain/wording.ts";
import { FILES, sourceOf } from "../helpers/source-tree.ts";

function worded(text: string, shell: Shell = "sh", command = "prewarm"): string {
  const wording = wordingFor({ shell, command });
  const once = wording(text);
  expect(wording(once)).toBe(once);
  return once;
}

describe("a sentence with a command", () => {
  const typed = (text: string) => worded(text, "sh", "npx prewarm");

  it("has the command as it was typed", () => {
    expect(typed("prewarm run --only failed,unknown")).toBe("npx prewarm run --only failed,unknown");
    expect(typed("`prewarm run --only unknown` sends it again")).toBe(
      "`npx prewarm run --only unknown` sends it again",
    );
    expect(typed("they are now unknown (prewarm run --only unknown)")).toBe(
      "they are now unknown (npx prewarm run --only unknown)",
    );
    expect(typed("in another terminal: prewarm sandbox > .env")).toBe(
      "in another terminal: npx prewarm sandbox > .env",
    );
    expect(typed("(`prewarm --help` lists them)")).toBe("(`npx prewarm --help` lists them)");
    expect(worded("run prewarm check-env again", "sh", "node bin/prewarm.js")).toBe(
      "run node bin/prewarm.js check-env again",
    );
  });

  it("names the files of the configuration that the user named", () => {
    const wording = wordingFor({ shell: "sh", command: "npx prewarm", files: "--env-file prod.env" });
    for (const [text, worded] of [
      ["prewarm run --only unknown", "npx prewarm run --env-file prod.env --only unknown"],
      ["then `prewarm status`.", "then `npx prewarm status --env-file prod.env`."],
      ["(prewarm check-env)", "(npx prewarm check-env --env-file prod.env)"],
      ["`prewarm report --list`", "`npx prewarm report --env-file prod.env --list`"],
      ["prewarm run --sandbox", "npx prewarm run --sandbox"],
      ["prewarm sandbox > .env", "npx prewarm sandbox > .env"],
      ["held by `prewarm worker` (pid 7)", "held by `prewarm worker` (pid 7)"],
      ["`prewarm run` writes to it", "`prewarm run` writes to it"],
      ["prewarm run: 2 lanes", "prewarm run: 2 lanes"],
    ] as const) {
      expect(wording(text)).toBe(worded);
      expect(wording(worded)).toBe(worded);
    }
  });

  it("keeps what others are called, paths, and whatever else has that name in it", () => {
    for (const text of [
      "prewarm.db is held by `prewarm worker` (pid 7 on here)",
      "`prewarm run` writes to it (pid 7)",
      "prewarm run: 2 lanes, concurrency 5",
      "prewarm: 6 things to fix",
      "/home/prewarm run",
      "my-prewarm run",
      "another prewarm process; wait for it to end",
      "npm install prewarm@latest",
    ])
      expect(typed(text)).toBe(text);
  });
});

/** What a hint says in sh, PowerShell and cmd.exe. */
const HINTS: readonly (readonly [sh: string, powershell: string, cmd: string])[] = [
  ["export R2_BUCKET=media", "$env:R2_BUCKET = 'media'", 'set "R2_BUCKET=media"'],
  [
    "Dashboard -> R2, then: export R2_ACCOUNT_ID=<32 characters>",
    "Dashboard -> R2, then: $env:R2_ACCOUNT_ID = '<32 characters>'",
    'Dashboard -> R2, then: set "R2_ACCOUNT_ID=<32 characters>"',
  ],
  [
    "export WARMUP_CHAT_ID=<its id, -100...>",
    "$env:WARMUP_CHAT_ID = '<its id, -100...>'",
    'set "WARMUP_CHAT_ID=<its id, -100...>"',
  ],
  [
    "export TELEGRAM_API_ROOT=http://<your own Bot API server> TELEGRAM_API_LOCAL=1",
    "$env:TELEGRAM_API_ROOT = 'http://<your own Bot API server>'; $env:TELEGRAM_API_LOCAL = '1'",
    'set "TELEGRAM_API_ROOT=http://<your own Bot API server>" & set "TELEGRAM_API_LOCAL=1"',
  ],
  ["export A='it'\\''s'", "$env:A = 'it''s'", 'set "A=it\'s"'],
  ['export HTTPS_PROXY="$ALL_PROXY"', "$env:HTTPS_PROXY = $env:ALL_PROXY", 'set "HTTPS_PROXY=%ALL_PROXY%"'],
  [
    "unset HTTPS_PROXY https_proxy",
    "Remove-Item Env:HTTPS_PROXY, Env:https_proxy -ErrorAction Ignore",
    'set "HTTPS_PROXY=" & set "https_proxy="',
  ],
  [
    'curl -X POST -H "authorization: Bearer $ADMIN_API_TOKEN" "http://127.0.0.1:3000/x/retry?status=unknown"',
    'curl.exe -X POST -H "authorization: Bearer $env:ADMIN_API_TOKEN" "http://127.0.0.1:3000/x/retry?status=unknown"',
    'curl.exe -X POST -H "authorization: Bearer %ADMIN_API_TOKEN%" "http://127.0.0.1:3000/x/retry?status=unknown"',
  ],
  [
    "export PREWARM_LEDGER=sqlite:/var/tmp/prewarm.db",
    '$env:PREWARM_LEDGER = "sqlite:$HOME\\prewarm.db"',
    'set "PREWARM_LEDGER=sqlite:%USERPROFILE%\\prewarm.db"',
  ],
  [
    "curl -sv -m 5 -o /dev/null https://api.telegram.org",
    "curl.exe -sv -m 5 -o NUL https://api.telegram.org",
    "curl.exe -sv -m 5 -o NUL https://api.telegram.org",
  ],
  [
    'export ADMIN_API_TOKEN="$(openssl rand -hex 32)"',
    `$env:ADMIN_API_TOKEN = node -e "console.log(require('crypto').randomBytes(32).toString('hex'))"`,
    `set "ADMIN_API_TOKEN=<what this prints>": node -e "console.log(require('crypto').randomBytes(32).toString('hex'))"`,
  ],
  ["unset A_B then go on", "Remove-Item Env:A_B -ErrorAction Ignore then go on", 'set "A_B=" then go on'],
  [
    "one of its own (export PREWARM_LEDGER=sqlite:other.db)",
    "one of its own ($env:PREWARM_LEDGER = 'sqlite:other.db')",
    'one of its own (set "PREWARM_LEDGER=sqlite:other.db")',
  ],
  ["-: name a file; /dev/stdout is standard output", "-: name a file", "-: name a file"],
  ["cat /etc/resolv.conf", "ipconfig /all", "ipconfig /all"],
  ["df -h C:\\data", "Get-PSDrive -PSProvider FileSystem", "dir C:\\data"],
  ["set TMPDIR to a folder with room", "set TEMP to a folder with room", "set TEMP to a folder with room"],
  ["mkdir -p C:\\data", "mkdir C:\\data", "mkdir C:\\data"],
  ["nvm install 24", "winget install OpenJS.NodeJS.LTS", "winget install OpenJS.NodeJS.LTS"],
  [
    'sudo chown "$USER" C:\\data && sudo chown "$USER" ro.db',
    "attrib -R ro.db (or name a ledger in a folder of yours)",
    "attrib -R ro.db (or name a ledger in a folder of yours)",
  ],
];

/** What neither PowerShell nor cmd.exe understands. */
const OF_SH =
  /\b(export \w+=|unset \w*[A-Z_]|sudo |sed -|iconv |chmod |openssl |df -h|mkdir -p|nvm |timedatectl|gunzip|cat \/)|\bcurl -|\/dev\/|\/etc\/|\/var\/tmp|\$\(/;
/** The examples of help texts, what is for other systems than Windows alone, and the phrases themselves. */
const NOT_FOR_WINDOWS = ["domain/shell-phrases.ts", "doctor/clock.ts", "commands/sandbox-flags.ts"];

/** String literals of a source, with `x` in place of what is computed. */
function literalsIn(source: string): string[] {
  const code = source.replace(/^\s*(\/\*\*?|\*|\/\/).*$/gm, "");
  const all = code.match(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? [];
  return all.map((literal) => literal.slice(1, -1).replace(/\$\{[^}]*\}/g, "x"));
}

describe("a hint", () => {
  it("of any source has its phrase for Windows", () => {
    const hints = FILES.filter(
      (file) => !NOT_FOR_WINDOWS.includes(file) && !file.startsWith("sandbox/"),
    ).flatMap((file) => literalsIn(sourceOf(file)).filter((text) => text.includes(" ") && OF_SH.test(text)));
    expect(hints.length).toBeGreaterThan(20);
    for (const shell of ["powershell", "cmd"] as const)
      expect(hints.map((hint) => worded(hint, shell)).filter((text) => OF_SH.test(text))).toEqual([]);
  });

  it.each(HINTS)("is said in the shell of its user: %s", (sh, powershell, cmd) => {
    expect(worded(sh, "sh")).toBe(sh);
    expect(worded(sh, "powershell")).toBe(powershell);
    expect(worded(sh, "cmd")).toBe(cmd);
  });

  it("keeps the rest of its sentence", () => {
    expect(
      worded("unset A, then `prewarm run`; a bucket in the EU: export B=c.", "powershell", "npx prewarm"),
    ).toBe(
      "Remove-Item Env:A -ErrorAction Ignore, then `npx prewarm run`; a bucket in the EU: $env:B = 'c.'",
    );
  });
});
