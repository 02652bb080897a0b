import type { Shell } from "./shell.ts";

/** How a phrase of sh is said elsewhere. `groups` are those of `sh`. */
interface Phrase {
  readonly sh: RegExp;
  readonly powershell: (...groups: string[]) => string;
  readonly cmd: (...groups: string[]) => string;
}

/** `N=v`, `N='v'`, `N="$M"`; a placeholder such as `<its id, -100...>` may hold blanks. */
const VALUE = /'(?:[^']|'\\'')*'|"[^"]*"|(?:<[^>]*>|[^\s`'"<;)])+/.source;
/** A variable, and no word of the sentence behind it. */
const VARIABLE = /(?=\w*[A-Z_])[A-Za-z_]\w*/.source;
const ASSIGNMENT = `[A-Za-z_]\\w*=(?:${VALUE})`;
const ASSIGNMENTS = new RegExp(`([A-Za-z_]\\w*)=(${VALUE})`, "g");

/**
 * Every phrase of sh that a hint of ours holds. What changes rights or clocks has no equal in Windows: there it is the step
 * that comes to the same.
 */
const PHRASES: readonly Phrase[] = [
  {
    sh: /\bsqlite:\/var\/tmp\/([\w.-]+)/g,
    powershell: (name) => `sqlite:$HOME\\${name}`,
    cmd: (name) => `sqlite:%USERPROFILE%\\${name}`,
  },
  {
    sh: /\bexport (\w+)="\$\(openssl rand -hex (\d+)\)"/g,
    powershell: (name, bytes) => `$env:${name} = node -e "${randomHex(bytes)}"`,
    cmd: (name, bytes) => `set "${name}=<what this prints>": node -e "${randomHex(bytes)}"`,
  },
  {
    sh: new RegExp(`\\bexport (${ASSIGNMENT}(?: ${ASSIGNMENT})*)`, "g"),
    powershell: (all) => assignments(all, (name, value) => `$env:${name} = ${powershellValue(value)}`, "; "),
    cmd: (all) => assignments(all, (name, value) => `set "${name}=${cmdValue(value)}"`, " & "),
  },
  {
    sh: new RegExp(`\\bunset (${VARIABLE}(?: ${VARIABLE})*)`, "g"),
    powershell: (names) => `Remove-Item ${each(names, (name) => `Env:${name}`, ", ")} -ErrorAction Ignore`,
    cmd: (names) => each(names, (name) => `set "${name}="`, " & "),
  },
  {
    sh: /\bsudo chown "\$USER" \.env && chmod 600 \.env/g,
    powershell: () => `icacls .env /grant "\${env:USERNAME}:(R,W)"`,
    cmd: () => `icacls .env /grant "%USERNAME%":(R,W)`,
  },
  {
    sh: /\bsudo chown "\$USER" (?:\S+) && sudo chown "\$USER" ([^\s`;]+)/g,
    powershell: (file) => `attrib -R ${file} (or name a ledger in a folder of yours)`,
    cmd: (file) => `attrib -R ${file} (or name a ledger in a folder of yours)`,
  },
  {
    sh: /\bsudo chown "\$USER" \./g,
    powershell: () => "mkdir $HOME\\prewarm; cd $HOME\\prewarm",
    cmd: () => "mkdir %USERPROFILE%\\prewarm & cd /d %USERPROFILE%\\prewarm",
  },
  same(/\bcurl -sv -m 5 -o \/dev\/null /g, () => "curl.exe -sv -m 5 -o NUL "),
  same(/\bcurl (?=-|http)/g, () => "curl.exe "),
  {
    sh: /\bBearer \$([A-Z_]+)/g,
    powershell: (name) => `Bearer $env:${name}`,
    cmd: (name) => `Bearer %${name}%`,
  },
  same(/\bcat \/etc\/resolv\.conf/g, () => "ipconfig /all"),
  same(
    /\bopenssl s_client -connect (\S+?)(?::443)? \([^)]*\)/g,
    (host) => `open https://${host} in a browser and look at its certificate`,
  ),
  same(/\bopenssl rand -hex (\d+)/g, (bytes) => `node -e "${randomHex(bytes)}"`),
  {
    sh: /\bdf -h ([^\s`;]+)/g,
    powershell: () => "Get-PSDrive -PSProvider FileSystem",
    cmd: (folder) => `dir ${folder}`,
  },
  same(/\bTMPDIR\b/g, () => "TEMP"),
  same(/\bmkdir -p /g, () => "mkdir "),
  same(/; \/dev\/stdout is standard output/g, () => ""),
  same(/\bnvm install \d+/g, () => "winget install OpenJS.NodeJS.LTS"),
  same(/\bsudo timedatectl set-ntp true/g, () => "w32tm /resync (in a terminal of an administrator)"),
  {
    sh: /\bdate (?=\(a wrong clock)/g,
    powershell: () => "Get-Date ",
    cmd: () => "time /t ",
  },
  same(
    /for example `gunzip -c FILE \| prewarm run --manifest -`/g,
    () => "then `prewarm run --manifest FILE`",
  ),
];

/** A phrase that PowerShell and cmd.exe share. */
function same(sh: RegExp, text: (...groups: string[]) => string): Phrase {
  return { sh, powershell: text, cmd: text };
}

/** Says the phrases of sh in a sentence as `shell` has them; the rest of the sentence stays as it is. */
export function inShell(text: string, shell: Shell): string {
  if (shell === "sh") return text;
  return PHRASES.reduce(
    (sentence, phrase) =>
      sentence.replace(phrase.sh, (_whole, ...rest: unknown[]) =>
        phrase[shell](...rest.filter((group): group is string => typeof group === "string")),
      ),
    text,
  );
}

function randomHex(bytes = ""): string {
  return `console.log(require('crypto').randomBytes(${bytes}).toString('hex'))`;
}

function each(names: string, make: (name: string) => string, between: string): string {
  return names.split(" ").map(make).join(between);
}

function assignments(all: string, make: (name: string, value: string) => string, between: string): string {
  return [...all.matchAll(ASSIGNMENTS)].map(([, name = "", value = ""]) => make(name, value)).join(between);
}

/** Without the quotes of sh. */
function bare(value: string): string {
  return value.replace(/^'(.*)'$/s, "$1").replaceAll("'\\''", "'");
}

function powershellValue(value: string): string {
  const variable = /^"\$(\w+)"$/.exec(value)?.[1];
  if (variable !== undefined) return `$env:${variable}`;
  const text = bare(value);
  return text.includes("$HOME") ? `"${text}"` : `'${text.replaceAll("'", "''")}'`;
}

function cmdValue(value: string): string {
  const variable = /^"\$(\w+)"$/.exec(value)?.[1];
  return variable === undefined ? bare(value) : `%${variable}%`;
}
