import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { UPLOT_LICENCE, UPLOT_SCRIPT } from "./uplot.ts";

/** The files that a page is made of, as they lie beside the code that asks for them. */
export interface PageFiles {
  readonly html: URL;
  readonly styles: readonly URL[];
  /** The module that the page starts with; what it imports comes along. */
  readonly script: URL;
}

/** A page in one document. */
export interface InlinePage {
  /** The document with style and script inside, so that nothing has to be loaded. */
  readonly html: string;
  /** Directives of a Content-Security-Policy that allow this style and this script by their digests, and no other. */
  readonly policy: readonly string[];
}

/** Reads the files of a page and makes one document of them. */
export function inlinePage({ html, styles, script: start }: PageFiles): InlinePage {
  const style = styles.map(read).join("");
  // In a block even two functions of one name are a SyntaxError.
  const script = `"use strict";(() => {{\n${bodiesOf(start).join("\n")}}})();`;
  return {
    html: read(html)
      .replace("</head>", () => `<style>${style}</style></head>`)
      .replace("</body>", () => `<script>${script}</script></body>`),
    policy: [`script-src '${digest(script)}'`, `style-src '${digest(style)}'`],
  };
}

const IMPORT = /^import\s[^;]*?from "([^"]+)";$/gm;

/**
 * A module without its imports and exports, below those it imports, each once. They share one scope, since a document that
 * loads nothing has nowhere to import from. Two modules with the same name at their top would be a SyntaxError, and `export` is
 * understood only in front of a declaration.
 */
function bodiesOf(file: URL, known = new Set<string>()): string[] {
  if (known.has(file.href)) return [];
  known.add(file.href);
  if (file === UPLOT_SCRIPT) return [`/*!\nuPlot\n${read(UPLOT_LICENCE)}*/\n${read(UPLOT_SCRIPT)}`];
  const text = read(file);
  const imported = [...text.matchAll(IMPORT)].flatMap(([, path = ""]) =>
    bodiesOf(path === "uplot" ? UPLOT_SCRIPT : new URL(path, file), known),
  );
  return [...imported, text.replace(IMPORT, "").replace(/^export /gm, "")];
}

/** With the ends of line that a browser makes of any others, which digests are of: Git may check files out with CRLF. */
function read(file: URL): string {
  return readFileSync(file, "utf8").replace(/\r\n?/g, "\n");
}

function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
