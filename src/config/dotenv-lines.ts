import { ASSIGNMENT, type Dotenv, type DotenvLine } from "./dotenv.ts";

/** Something in a `.env` that does not mean what it looks like. It quotes no value. */
export interface DotenvTrouble {
  /** Counts from 1. */
  readonly line: number;
  readonly found: string;
  readonly next: string;
  /** The variable of prewarm that it concerns; null for what belongs to another program. */
  readonly name: string | null;
  /** The variable of prewarm whose value holds it. */
  readonly holder?: string;
  /** `lost`: the value is not read. `garbled`: it is read with what does not belong to it. `odd`: it may be what is meant. */
  readonly harm: "lost" | "garbled" | "odd";
}

/** What Node makes something else of than it looks like, line by line; `names` are those that mean something to prewarm. */
export function dotenvTroubles(dotenv: Dotenv, names: readonly string[]): DotenvTrouble[] {
  const { lines, outer, values, name: file } = dotenv;
  const ours = new Set(names);
  const troubles = outer.flatMap((line) => lineTrouble(line, ours, file) ?? []);
  return [
    ...troubles,
    ...swallowed(lines, values, ours, file),
    ...twice(outer, ours, file),
    ...foreign(outer, ours, file),
  ].sort((a, b) => a.line - b.line);
}

function lineTrouble(line: DotenvLine, ours: ReadonlySet<string>, file: string): DotenvTrouble | null {
  const { number, text, name, value, isOpen } = line;
  if (name === null) {
    const odd = oddName(number, text, ours, file);
    const meant = nameAtStart(text, ours);
    if (odd !== null || meant === null) return odd;
    return lost(
      number,
      meant,
      `${meant} is not written as NAME=value`,
      `write line ${number} of ${file} as ${meant}=value`,
    );
  }
  const stuck = stuckName(value, ours);
  if (stuck !== null)
    return {
      ...lost(
        number,
        stuck,
        `two lines are stuck together: ${stuck}= stands in the value of ${name}`,
        `begin a new line of ${file} before ${stuck}= in line ${number}`,
      ),
      ...(ours.has(name) ? { holder: name } : {}),
    };
  if (!ours.has(name)) return null;
  if (isOpen)
    return garbled(
      number,
      name,
      `${name} has a quote that is never closed`,
      `close the quote in line ${number} of ${file}`,
    );
  if (/^[“”‘’„«]/.test(value))
    return garbled(
      number,
      name,
      `${name} has typographic quotes`,
      `write "plain" quotes, or none, in line ${number} of ${file}`,
    );
  if (/^[^"'`].*[^\s#]#/.test(value))
    return {
      ...lost(
        number,
        name,
        `${name}: all after # is a comment`,
        `put "quotes" around the value in line ${number} of ${file}`,
      ),
      harm: "odd",
    };
  return null;
}

/** A name of ours with characters in or beside it that look like others, or like nothing. */
function oddName(line: number, text: string, ours: ReadonlySet<string>, file: string): DotenvTrouble | null {
  const [before = "", odd = []] = oddBegin(text);
  const name = nameAtStart(`${before}=x`, ours) ?? lookalike(before, ours);
  if (name === null || odd.length === 0) return null;
  return lost(
    line,
    name,
    `${name} is not read: beside or in its name ${odd.length === 1 ? "is the odd character" : "are the odd characters"} ${odd.join(", ")}`,
    `write line ${line} of ${file} anew as ${name}=value, by hand`,
  );
}

/** What stands before a line's `=`, without what nobody sees, and its characters beyond ASCII as `U+00A0`. */
function oddBegin(text: string): [before: string, odd: string[]] | [] {
  const begin = /^[^=:\uFF1D\uFE66]{1,80}[=\uFF1D\uFE66]/u.exec(text)?.[0];
  if (begin === undefined) return [];
  const odd = begin.match(/[^\x20-\x7E\t\r]/gu) ?? [];
  const codes = odd.map(
    (each) => `U+${(each.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
  const before = begin
    .replace(/[\p{Cf}\p{Cc}]/gu, "")
    .normalize("NFKC")
    .slice(0, -1);
  return [before, [...new Set(codes)]];
}

/** The name of ours that a text is but for letters of another alphabet. */
function lookalike(before: string, ours: ReadonlySet<string>): string | null {
  const seen = [...before.trim().replace(/^export\s+/, "")];
  const isLike = (name: string) =>
    name.length === seen.length && seen.every((each, at) => each > "~" || each.toUpperCase() === name[at]);
  return seen.some((each) => each < "~") ? ([...ours].find(isLike) ?? null) : null;
}

function lost(line: number, name: string, found: string, next: string): DotenvTrouble {
  return { line, name, found, next, harm: "lost" };
}

function garbled(line: number, name: string, found: string, next: string): DotenvTrouble {
  return { line, name, found, next, harm: "garbled" };
}

/** `R2_BUCKET: media`, and how cmd.exe and PowerShell set a variable. */
function nameAtStart(text: string, ours: ReadonlySet<string>): string | null {
  const name = /^\s*(?:export\s+|set\s+"?|setx\s+|\$env:|["'])?(\w+)["']?\s*(?:[:=]|\s\S)/i.exec(text)?.[1];
  return name !== undefined && ours.has(name) ? name : null;
}

/** The name of ours that begins in a value, as a line does that was appended to one without an end. */
function stuckName(value: string, ours: ReadonlySet<string>): string | null {
  if (/^(["'`]).*\1$/.test(value)) return null;
  const stuck = [...value.matchAll(/(?<![A-Z_])(?=([A-Z]\w*)=)/g)].map(([, name = ""]) => name);
  return stuck.find((name) => ours.has(name) && name.length >= SHORTEST_STUCK) ?? null;
}

/** `PORT=` stands in many a URL. */
const SHORTEST_STUCK = 8;

/** Lines of ours that a quoted value before them took in. */
function swallowed(
  lines: readonly string[],
  values: Dotenv["values"],
  ours: ReadonlySet<string>,
  file: string,
): DotenvTrouble[] {
  return lines.flatMap((text, at) => {
    const name = ASSIGNMENT.exec(text)?.[1];
    if (name === undefined || !ours.has(name) || values[name] !== undefined) return [];
    return [
      lost(
        at + 1,
        name,
        `${name} is inside a value that began in quotes above it`,
        `close the quote above line ${at + 1} of ${file}`,
      ),
    ];
  });
}

/** The last one counts; two that say the same are no trouble. An empty one at the end takes the value away, so it is the one to go. */
function twice(lines: readonly DotenvLine[], ours: ReadonlySet<string>, file: string): DotenvTrouble[] {
  return [...ours].flatMap((name) => {
    const all = lines.filter((line) => line.name === name);
    const last = all.at(-1);
    if (!last || new Set(all.map(({ value }) => value)).size < 2) return [];
    const full = all.findLastIndex(({ value }) => !isEmpty(value));
    if (full === -1) return [];
    const isTakenAway = full < all.length - 1;
    const surplus = numbersOf(isTakenAway ? all.slice(full + 1) : all.slice(0, -1));
    return [
      {
        line: last.number,
        name,
        found: `${name} stands in lines ${numbersOf(all).join(" and ")}: the last one counts${isTakenAway ? ", and it is empty" : ""}`,
        next: `take ${surplus.length === 1 ? "line" : "lines"} ${surplus.join(" and ")} out of ${file}`,
        harm: "odd",
      },
    ];
  });
}

function isEmpty(value: string): boolean {
  return /^(?:(["'`])\s*\1)?\s*(?:#.*)?$/.test(value);
}

function numbersOf(lines: readonly DotenvLine[]): number[] {
  return lines.map(({ number }) => number);
}

/** Lines of other programs that are no NAME=value: a key in PEM form, words. */
function foreign(lines: readonly DotenvLine[], ours: ReadonlySet<string>, file: string): DotenvTrouble[] {
  const numbers = lines
    .filter(
      (line) => line.name === null && !/^\s*(#|$)/.test(line.text) && lineTrouble(line, ours, file) === null,
    )
    .map(({ number }) => number);
  const [first] = numbers;
  if (first === undefined) return [];
  const which =
    numbers.length === 1
      ? `line ${first} is not NAME=value and is`
      : `lines ${ranges(numbers)} are not NAME=value and are`;
  return [
    {
      line: first,
      name: null,
      found: `${which} passed over`,
      next: "write NAME=value, if they are meant for prewarm",
      harm: "odd",
    },
  ];
}

/** `3, 5 to 9` */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run && run[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(", ");
}
