import { inlinePage } from "../inline.ts";
import { PLOT_STYLES } from "../uplot.ts";
import { safe } from "./safe.ts";

const FILES = {
  html: new URL("./page.html", import.meta.url),
  styles: [
    ...PLOT_STYLES,
    new URL("./page.css", import.meta.url),
    new URL("./tables.css", import.meta.url),
    new URL("./narrow.css", import.meta.url),
  ],
  script: new URL("./plots.js", import.meta.url),
};

/**
 * A report as one HTML page that needs no network, light or dark as its reader likes it; `content` is HTML. The policy of the page lets
 * in nothing but its own style and script, so nothing could be loaded or run that a text brings along.
 */
export function reportDocument(title: string, content: string): string {
  const { html: page, policy } = inlinePage(FILES);
  const strict = ["default-src 'none'", ...policy, "img-src data:", "require-trusted-types-for 'script'"];
  const meta = `<meta http-equiv="Content-Security-Policy" content="${strict.join("; ")}">`;
  return page
    .replace("<title>prewarm", () => `${meta}<title>${safe(title)}`)
    .replace("<main></main>", () => `<main>${content}</main>`);
}

/** What stands where a page has plots and its script does not run. */
export const WITHOUT_SCRIPT =
  '<noscript><p class="note">Plots are drawn by a script of this page, which may not run here.</p></noscript>';
