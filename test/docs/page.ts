import { readFileSync } from "node:fs";

/** A block of code of a page. */
export interface Snippet {
  /** What stands behind the backticks, such as `sh`. */
  readonly language: string;
  readonly code: string;
}

/** Returns the text of a page of `docs/`. */
export function page(name: string): string {
  return readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
}

/** Returns the blocks of code of a page, in order. */
export function snippetsOf(text: string): Snippet[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({
    language,
    code,
  }));
}
