import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";

const ROOT = new URL("../../", import.meta.url);

/** The pages at the root and all of `docs/`, as paths from the root. */
export const PAGES: readonly string[] = [
  "README.md",
  "README.pt-BR.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(new URL("docs/", ROOT))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** Returns the text of a page of {@link PAGES}. */
export function textOf(page: string): string {
  return readFileSync(new URL(page, ROOT), "utf8");
}

/** A link of a page to another place of this project. */
export interface Link {
  readonly target: string;
  /** From the root. */
  readonly file: string;
  /** The file is there, and has the anchor where one is named. */
  readonly isThere: boolean;
}

/** Returns the links of a page that stay within this project. */
export function linksOf(page: string): Link[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? page : normalize(join(dirname(page), path));
      const isThere =
        existsSync(new URL(file, ROOT)) && (anchor === undefined || anchorsOf(file).has(anchor));
      return { target, file, isThere };
    });
}

/** The anchors of a page: those that are set, and those that GitHub makes of headings. */
function anchorsOf(page: string): Set<string> {
  const text = proseOf(page);
  const set = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = ""]) => id);
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set([...set, ...headings]);
}

/** A page without its blocks of code. */
function proseOf(page: string): string {
  return textOf(page).replace(/^```.*?^```$/gms, "");
}

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
