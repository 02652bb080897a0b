import { inlinePage } from "../../pages/inline.ts";
import { PLOT_STYLES } from "../../pages/uplot.ts";

/** The status page, ready to be sent. */
export interface StatusPage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const FILES = {
  html: new URL("./page.html", import.meta.url),
  styles: [
    ...PLOT_STYLES,
    new URL("./base.css", import.meta.url),
    new URL("./parts.css", import.meta.url),
    new URL("./lists.css", import.meta.url),
    new URL("./narrow.css", import.meta.url),
  ],
  script: new URL("./live.js", import.meta.url),
};

/**
 * One document that holds all it needs and knows nothing of the worker: it asks the status route, with the token its reader
 * gives. The policy lets in nothing but this style, this script (by their digests) and requests to this server, and forbids to
 * parse text as HTML.
 */
export function statusPage(): StatusPage {
  const { html, policy } = inlinePage(FILES);
  const strict = [
    "default-src 'none'",
    ...policy,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return { html, headers: { "content-security-policy": strict.join("; "), "x-frame-options": "DENY" } };
}
