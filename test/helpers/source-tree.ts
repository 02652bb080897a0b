import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

const SRC = resolve(import.meta.dirname, "../../src");
const DECLARATION = /^(export )?(?:abstract )?(?:type|interface|class) (\w+)/;

/** An import of one file of ours by another; paths from `src/`, with `/`. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** A type, interface or class as it is declared at the top of a file. */
export interface TypeDeclaration {
  readonly name: string;
  readonly file: string;
  readonly isExported: boolean;
  /** From its keyword to the end of its last line. */
  readonly text: string;
}

/** Text of a file below `src/`. */
export function sourceOf(file: string): string {
  return readFileSync(join(SRC, file), "utf8");
}

/** Every file of TypeScript or, for a browser, JavaScript below `src/`. */
export const FILES: readonly string[] = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.[jt]s$/.test(file))
  .map((file) => file.split(sep).join("/"))
  .sort();

/** Every import between files of ours, static or lazy, types included. */
export const IMPORTS: readonly Import[] = FILES.flatMap((file) => importsIn(file, sourceOf(file)));

/** Without those that are types only, which are gone when the program runs. */
export const VALUE_IMPORTS: readonly Import[] = FILES.flatMap((file) =>
  importsIn(file, sourceOf(file).replace(/(?:import|export) type [^;]+;/g, "")).filter(({ to }) =>
    /\.[jt]s$/.test(to),
  ),
);

function importsIn(file: string, text: string): Import[] {
  return [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, path = ""]) => ({
    from: file,
    to: relative(SRC, resolve(SRC, dirname(file), path))
      .split(sep)
      .join("/"),
  }));
}

/** The folder on the first level; empty for a file of the root. */
export function roomOf(file: string): string {
  return file.includes("/") ? file.slice(0, file.indexOf("/")) : "";
}

/** Every type, interface and class at the top level of a file. */
export const TYPES: readonly TypeDeclaration[] = FILES.flatMap((file) => {
  const pieces = sourceOf(file).split(/^(?=\S)/m);
  return pieces.flatMap((piece): TypeDeclaration[] => {
    const [, exported, name] = DECLARATION.exec(piece) ?? [];
    return name === undefined ? [] : [{ name, file, isExported: exported !== undefined, text: piece }];
  });
});

/** A shortest circle, such as `a -> b -> a`; null where there is none. */
export function circleIn(edges: readonly Import[]): string | null {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const circles = [...next.keys()].flatMap((node) => {
    const circle = circleFrom(node, next);
    return circle === null ? [] : [circle];
  });
  return circles.sort((a, b) => a.length - b.length)[0]?.join(" -> ") ?? null;
}

/** The shortest way from a node back to itself, by breadth first. */
function circleFrom(node: string, next: ReadonlyMap<string, ReadonlySet<string>>): string[] | null {
  const seen = new Set<string>();
  const ways = [[node]];
  for (let way = ways.shift(); way; way = ways.shift()) {
    for (const to of next.get(way.at(-1) ?? "") ?? []) {
      if (to === node) return [...way, node];
      if (!seen.has(to)) ways.push([...way, to]);
      seen.add(to);
    }
  }
  return null;
}

/** Literals that are spread where they stand, such as `...{ a, b },`: their members could stand there themselves. */
export function spreadLiterals(text: string): string[] {
  return [...text.matchAll(/\.\.\.[{[]/g)].flatMap(({ index }) => {
    const end = endOfBrackets(text, index + 3);
    return /^\s*[,}\])]/.test(text.slice(end)) ? [text.slice(index, end)] : [];
  });
}

/** Where the bracket that opens at `from` is closed, past it; brackets in strings do not count. */
function endOfBrackets(text: string, from: number): number {
  const tokens = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[{[(]|[}\])]/g;
  tokens.lastIndex = from;
  let depth = 0;
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    if (/^[{[(]/.test(token[0])) depth += 1;
    else if (/^[}\])]/.test(token[0])) depth -= 1;
    if (depth === 0) return tokens.lastIndex;
  }
  return text.length;
}
